#pragma once

#include "node.h"

/* What can be converted, by family; the tables are read top to bottom. */
extern const MxRow mx_rows_math[], mx_rows_nn[], mx_rows_shape[];
