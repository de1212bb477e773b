#pragma once

#include "weir-infer.h"

/* Exit statuses: the work failed, and the command was not understood. */
#define EXIT_FAILED 1
#define EXIT_USAGE  2

/** Command: a sub-command; @run gets the arguments behind its name. */
typedef struct {
  const char *name;
  const char *summary;
  int (*run) (int argc, char **argv);
} Command;

int command_convert (int argc, char **argv);
/** convert_as_mo: the same as Model Optimizer's command: its messages, and exit status 1
 * for every failure. @framework: (nullable): where the options name none. */
int convert_as_mo (int argc, char **argv, const char *framework);
int command_run (int argc, char **argv);
int command_bench (int argc, char **argv);
int command_inspect (int argc, char **argv);
int command_check (int argc, char **argv);
int command_quantize (int argc, char **argv);
int command_ops (int argc, char **argv);
int command_devices (int argc, char **argv);

/** fail: prints "weir: error: …" and clears the error. Returns @status. */
int fail (GError **error, int status);
/** parse_arguments: GOption entries; positional arguments stay behind argv[0]. Returns 0,
 * or the exit status to end with (after --help or an error), plus 1. */
int parse_arguments (const char *name, const char *synopsis, const GOptionEntry *entries,
                     int *argc, char ***argv);
