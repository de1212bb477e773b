#pragma once

#include "base/source.h"
#include "ir/model.h"

WEIR_BEGIN_DECLS

/**
 * SECTION: io
 *
 * Reading and writing OpenVINO IR: NAME.xml and NAME.bin, versions 10 and 11.
 */

/** weir_ir_probe: whether @bytes begin like an IR's XML: `<net` behind an XML
 * declaration, comments or white space. A DOCTYPE counts too: the reader refuses it. */
gboolean weir_ir_probe (const WeirBytes *bytes);

/** weir_ir_read: (transfer full): the IR at @xml_path and the .bin beside it. */
WeirModel *weir_ir_read (const char *xml_path, GError **error);
/** weir_ir_read_sources: (transfer full): @bin is (nullable) for a network without
 * weights. */
WeirModel *weir_ir_read_sources (WeirSource *xml, WeirSource *bin, GError **error);

/** weir_ir_serialize: the XML and the BIN as bytes. @version is 10 or 11. */
gboolean weir_ir_serialize (const WeirModel *model, guint version, GBytes **xml,
                            GBytes **bin, GError **error);
/** weir_ir_write: writes @directory/@name.xml and .bin, both or none: into temporary
 * files first, flushed, then renamed. @directory is created where it is missing. */
gboolean weir_ir_write (const WeirModel *model, guint version, const char *directory,
                        const char *name, GError **error);

/**
 * weir_stream_pack: (transfer full):
 *
 * One buffer a model (`application/x-openvino-ir`): a header with magic, the sizes of XML
 * and BIN and the SHA-256 of both, the XML, then the BIN at 64-byte alignment.
 * docs/ir-format.md has the bytes.
 */
GBytes *weir_stream_pack (GBytes *xml, GBytes *bin, GError **error);
/** weir_stream_unpack: checks sizes and hash; the results share @stream's memory. */
gboolean weir_stream_unpack (GBytes *stream, GBytes **xml, GBytes **bin, GError **error);
/** weir_stream_probe: whether @bytes begin with the magic. */
gboolean weir_stream_probe (const WeirBytes *bytes);

/**
 * weir_parts_pack: (transfer full):
 * @parts: (element-type WeirSource): the files, each with its name
 * @main_name: (nullable): which of them is the model; %NULL where the directory is
 *
 * The files of one model as one buffer (`application/x-weir-model-parts`): a table of
 * names and sizes, then the contents, each at 64-byte alignment.
 */
GBytes *weir_parts_pack (GPtrArray *parts, const char *main_name, GError **error);
/** weir_parts_unpack: (transfer full) (element-type WeirSource): the files, which share
 * @stream's memory.
 * @main_name: (out) (transfer full) (nullable): as in weir_parts_pack() */
GPtrArray *weir_parts_unpack (GBytes *stream, char **main_name, GError **error);
/** weir_parts_probe: whether @bytes begin with the magic. */
gboolean weir_parts_probe (const WeirBytes *bytes);

WEIR_END_DECLS
