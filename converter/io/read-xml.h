#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"

WEIR_BEGIN_DECLS

/**
 * WeirXml:
 *
 * An XML document from a stranger, parsed. This is the only door to libxml2: a document
 * type declaration is refused, so there are no entities but the predefined ones; nothing
 * is fetched; size, depth and attributes of one element are bounded; the text must be
 * UTF-8. The whole tree lives in blocks whose sizes are counted before libxml2 sees the
 * text, so that no document takes more than the #WeirBudget.
 */
typedef struct _WeirXml WeirXml;

/** WeirXmlNode: an element; it lives as long as its document. */
typedef struct _WeirXmlNode WeirXmlNode;

/**
 * weir_xml_parse: (transfer full):
 * @budget: what the tree is taken from, and what the caller builds from it
 *
 * Errors begin with the line.
 */
WeirXml *weir_xml_parse (const WeirBytes *bytes, WeirBudget *budget, GError **error);
void weir_xml_free (WeirXml *xml);
/** weir_xml_root: the outermost element. */
const WeirXmlNode *weir_xml_root (const WeirXml *xml);

/** weir_xml_name: the element's name, without a name-space prefix. */
const char *weir_xml_name (const WeirXmlNode *node);
/** weir_xml_is: whether the element is called @name. */
gboolean weir_xml_is (const WeirXmlNode *node, const char *name);
/** weir_xml_line: where it begins, from 1. */
guint weir_xml_line (const WeirXmlNode *node);
/** weir_xml_text: what stands in an element without children; "" for any other. */
const char *weir_xml_text (const WeirXmlNode *node);
/** weir_xml_child: (nullable): the first child called @name; of any name for %NULL. */
const WeirXmlNode *weir_xml_child (const WeirXmlNode *node, const char *name);
/** weir_xml_next: (nullable): the next sibling called @name; of any name for %NULL. */
const WeirXmlNode *weir_xml_next (const WeirXmlNode *node, const char *name);
/** weir_xml_attr: (nullable): an attribute's value. */
const char *weir_xml_attr (const WeirXmlNode *node, const char *name);
/** weir_xml_n_attrs: how many attributes there are, for weir_xml_attr_at(). */
guint weir_xml_n_attrs (const WeirXmlNode *node);
void weir_xml_attr_at (const WeirXmlNode *node, guint index, const char **name,
                       const char **value);

/** weir_xml_fail: an error that begins with the line of @node. Returns %FALSE. */
gboolean weir_xml_fail (const WeirXmlNode *node, GError **error, WeirError code,
                        const char *format, ...) G_GNUC_PRINTF (4, 5);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirXml, weir_xml_free)

WEIR_END_DECLS
