#pragma once

#include "node.h"

/** mx_extension: (nullable): the row of an operation that an extension translates. */
const MxRow *mx_extension (const char *op);
