#pragma once

#include "frontends/frontend.h"

/** load_cut: (transfer full): what @frontend makes of @bytes, as much of it as --input
 * and --output ask for. @option: (nullable): one that is on. */
WeirModel *load_cut (const WeirFrontend *frontend, GBytes *bytes, const char *option,
                     const char *inputs, const char *outputs, WeirCutHint *hint,
                     GError **error);

/** cut_ports: (transfer full): "a[1,2] b[3] > y[1]": what a model reads and gives, by
 * names. */
char *cut_ports (const WeirModel *model);
