#pragma once

/* The public side of the IR library: tensors, shapes, models, and graphs to look at. */

#include "base/dtype.h"
#include "base/error.h"
#include "ir/graph.h"
#include "ir/model.h"
#include "ir/op.h"
#include "ir/shape.h"
#include "ir/tensor.h"
