#pragma once

#include "source.h"

WEIR_BEGIN_DECLS

/**
 * WeirFolder:
 *
 * Where the files of one model lie: a directory, or parts that came with names through a
 * pipeline. Names are relative, with '/' between their components. What was opened is
 * remembered, so that a cache knows what a conversion has read. Not for several threads
 * at once.
 */
typedef struct _WeirFolder WeirFolder;

/** weir_folder_new: (constructor): the directory @path; nothing is read yet. */
WeirFolder *weir_folder_new (const char *path);
/** weir_folder_new_parts: (constructor): parts that are already here.
 * @parts: (element-type WeirSource) (transfer none): each with its name
 * @name: what errors call the whole */
WeirFolder *weir_folder_new_parts (GPtrArray *parts, const char *name);
void weir_folder_free (WeirFolder *folder);

/** weir_folder_name: the path, or the name given. */
const char *weir_folder_name (const WeirFolder *folder);
/** weir_folder_has: whether there is a file of this name. */
gboolean weir_folder_has (const WeirFolder *folder, const char *relative);
/** weir_folder_file: (transfer full) (nullable): a file that a model names: only beneath
 * the folder, as weir_source_open_beneath() says. */
WeirSource *weir_folder_file (WeirFolder *folder, const char *relative, GError **error);
/** weir_folder_list: (transfer full): the names of the files, those of @below (a relative
 * directory, "" for the top) alone, sorted, without it. */
GStrv weir_folder_list (const WeirFolder *folder, const char *below);
/** weir_folder_opened: (transfer full): which files were read, each as its SHA-256 and
 * its name in URI escapes, with blanks between; (nullable): none. */
char *weir_folder_opened (const WeirFolder *folder);
/** weir_folder_unchanged: whether the files are still what weir_folder_opened() told. */
gboolean weir_folder_unchanged (WeirFolder *folder, const char *opened);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirFolder, weir_folder_free)

WEIR_END_DECLS
