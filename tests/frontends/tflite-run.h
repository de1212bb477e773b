#pragma once

#include "frontends/frontend.h"

/** Loads a model from memory, expecting success. */
WeirModel *tflite_load_good (GBytes *file);
/** Loads a file that must be refused with @code and a message that holds @text. */
void tflite_load_bad (GBytes *file, int code, const char *text);
/** Loads @file (taken over), evaluates it and returns output 0. */
WeirTensor *tflite_run (GBytes *file, WeirTensor *const *inputs);
/** The same, twice in a row: the state goes on. */
void tflite_run_twice (GBytes *file, WeirTensor *const *inputs, WeirTensor **first,
                       WeirTensor **second);
