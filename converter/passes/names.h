#pragma once

#include "ir/graph.h"

/* Which value a name means that the user wrote. */

/** weir_pass_find_tensor: the value of that tensor name, also with ":0" behind it. */
WeirPort weir_pass_find_tensor (const WeirGraph *graph, const char *name);
/** weir_pass_find_parameter: (nullable): the input of that node or tensor name. */
WeirNode *weir_pass_find_parameter (const WeirGraph *graph, const char *name);
/** weir_pass_unknown_name: fails with the names of @graph that are like @name.
 * @what: "--input", for the message. Returns: %FALSE. */
gboolean weir_pass_unknown_name (const WeirGraph *graph, const char *what,
                                 const char *name, GError **error);
/** weir_pass_list_parameters: (transfer full): "'a', 'b'". */
char *weir_pass_list_parameters (const WeirGraph *graph);
