#pragma once

#include "node.h"

/* What can be converted, by family; the tables are read top to bottom. */
extern const TfRow tf_rows_math[], tf_rows_nn[], tf_rows_shape[];
