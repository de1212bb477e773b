#pragma once

#include "base/folder.h"
#include "base/unsupported.h"
#include "cut.h"
#include "ir/model.h"

/**
 * WeirFrontendInput:
 * @source: (nullable): the model file; %NULL where the model is a directory
 * @topology: (nullable): the second file of two-file models (.prototxt, -symbol.json)
 * @folder: (nullable): where files lie that the model names; %NULL for bytes alone
 * @beside: (nullable): the file that #WeirFrontend.beside names, where there is one
 * @path: (nullable): where it lies; %NULL for a model from memory
 * @options: (nullable): the options of the conversion, name -> text
 * @cut: (nullable): what --input and --output ask for; see #WeirFrontend.cuts
 * @hint: (nullable): to be filled where operations cannot be converted
 */
typedef struct {
  WeirSource *source;
  WeirSource *topology;
  WeirFolder *folder;
  WeirSource *beside;
  const char *path;
  GHashTable *options;
  const WeirCut *cut;
  WeirCutHint *hint;
} WeirFrontendInput;

/** weir_frontend_option: (nullable): the text of an option that was set. */
const char *weir_frontend_option (const WeirFrontendInput *input, const char *name);
/** weir_frontend_flag: whether a boolean option is on. */
gboolean weir_frontend_flag (const WeirFrontendInput *input, const char *name);
/** weir_frontend_input_name: what errors call the model. */
const char *weir_frontend_input_name (const WeirFrontendInput *input);
/** weir_frontend_model_name: (transfer full): the model's file name without its ending;
 * "model" where there is none. */
char *weir_frontend_model_name (const WeirFrontendInput *input);

/**
 * WeirFrontend:
 * @name: as in --framework
 * @alias: (nullable): another name that --framework takes
 * @media_type: of the model stream
 * @extensions: file name endings, "onnx" or "pb|pbtxt"
 * @topology_option: (nullable): the option that names the second file of a two-file
 * model, where there is one
 * @topology_name: (nullable) (transfer full): for two-file models: what the second file
 * of model file @name is called where no option says so; %NULL where @name does not tell
 * @beside: (nullable): a file that changes the conversion where it lies beside a model:
 * in its folder, or beside the folder where the folder is the model
 * @probe: how sure the first bytes (at most 4096) make it, 0 to 100
 * @probe_folder: (nullable): how sure the files of a directory make it
 * @op_names: (transfer none): operations it converts, sorted, for `weir ops`
 * @cuts: whether @load does what #WeirFrontendInput.cut asks for; if not, the finished
 * graph is cut
 * @load: reads a model into a graph: inferred, verified, not yet optimised. All
 * operations that it cannot convert are added to @unsupported (element-type
 * WeirUnsupported) before it fails with %WEIR_ERROR_UNSUPPORTED and a message that lists
 * them.
 */
typedef struct {
  const char *name;
  const char *alias;
  const char *media_type;
  const char *extensions;
  const char *topology_option;
  char *(*topology_name) (const char *name);
  const char *beside;
  int (*probe) (const WeirBytes *head, const char *path);
  int (*probe_folder) (const WeirFolder *folder);
  const char *const *(*op_names) (guint *count);
  gboolean cuts;
  WeirModel *(*load) (const WeirFrontendInput *input, GPtrArray *unsupported,
                      GError **error);
} WeirFrontend;

extern const WeirFrontend weir_frontend_caffe;
extern const WeirFrontend weir_frontend_kaldi;
extern const WeirFrontend weir_frontend_keras;
extern const WeirFrontend weir_frontend_mxnet;
extern const WeirFrontend weir_frontend_onnx;
extern const WeirFrontend weir_frontend_paddle;
extern const WeirFrontend weir_frontend_tensorflow;
extern const WeirFrontend weir_frontend_tflite;

/** weir_frontends: all, in the order in which they are asked. */
const WeirFrontend *const *weir_frontends (guint *count);
/** weir_frontend_find: (nullable): by name or alias. */
const WeirFrontend *weir_frontend_find (const char *name);
/** weir_frontend_probe: (nullable): the one that is most sure of these first bytes, the
 * file name deciding between equals. */
const WeirFrontend *weir_frontend_probe (const WeirBytes *head, const char *path);
/** weir_frontend_probe_folder: (nullable): the one that is most sure of a directory. */
const WeirFrontend *weir_frontend_probe_folder (const WeirFolder *folder);
