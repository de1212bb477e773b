#pragma once

#include "caffe.h"

/* What can be converted, by family; the tables are read top to bottom. */
extern const CfRow cf_rows_index[], cf_rows_math[], cf_rows_nn[], cf_rows_norm[],
    cf_rows_pool[], cf_rows_recurrent[], cf_rows_region[], cf_rows_resize[],
    cf_rows_shape[], cf_rows_ssd[];
