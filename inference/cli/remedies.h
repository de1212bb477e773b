#pragma once

/** remedies_print: what can be done about operations of the model @path that are not
 * converted; @framework: (nullable): as the user has named it. */
void remedies_print (const char *path, const char *framework);
