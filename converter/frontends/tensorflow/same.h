#pragma once

#include "frontends/make.h"

/** tf_same: whether @a and @b are computed alike, and so are the same number; may say no
 * where they are. */
gboolean tf_same (const WeirGraph *graph, WeirPort a, WeirPort b);
