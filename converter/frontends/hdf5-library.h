#pragma once

#include <glib.h>
#include <hdf5.h>

/**
 * SECTION: hdf5-library
 *
 * libhdf5, which is loaded when a file first needs it: it brings some thirty libraries
 * along, and few models are kept in its files.
 */

/* Values of the header open the library by themselves; here that is done before. */
#undef H5OPEN
#define H5OPEN
#undef H5CHECK
#define H5CHECK

/** HDF5_CALLS: what is called, and by which name it is called here. */
#define HDF5_CALLS(F)                                \
  F (open, H5open)                                   \
  F (set_error_printer, H5Eset_auto2)                \
  F (set_plugins, H5PLset_loading_state)             \
  F (attribute_open, H5Aopen_by_name)                \
  F (attribute_exists, H5Aexists_by_name)            \
  F (attribute_type, H5Aget_type)                    \
  F (attribute_space, H5Aget_space)                  \
  F (attribute_read, H5Aread)                        \
  F (attribute_close, H5Aclose)                      \
  F (dataset_open, H5Dopen2)                         \
  F (dataset_type, H5Dget_type)                      \
  F (dataset_space, H5Dget_space)                    \
  F (dataset_creation, H5Dget_create_plist)          \
  F (dataset_read, H5Dread)                          \
  F (dataset_close, H5Dclose)                        \
  F (texts_free, H5Dvlen_reclaim)                    \
  F (file_open, H5Fopen)                             \
  F (file_close, H5Fclose)                           \
  F (link_exists, H5Lexists)                         \
  F (link_info, H5Lget_info)                         \
  F (list_create, H5Pcreate)                         \
  F (list_in_memory, H5Pset_fapl_core)               \
  F (list_image, H5Pset_file_image)                  \
  F (list_layout, H5Pget_layout)                     \
  F (list_externals, H5Pget_external_count)          \
  F (list_close, H5Pclose)                           \
  F (space_count, H5Sget_simple_extent_npoints)      \
  F (space_rank, H5Sget_simple_extent_ndims)         \
  F (space_dims, H5Sget_simple_extent_dims)          \
  F (space_close, H5Sclose)                          \
  F (type_copy, H5Tcopy)                             \
  F (type_class, H5Tget_class)                       \
  F (type_size, H5Tget_size)                         \
  F (type_sign, H5Tget_sign)                         \
  F (type_is_text_of_any_length, H5Tis_variable_str) \
  F (type_set_size, H5Tset_size)                     \
  F (type_set_charset, H5Tset_cset)                  \
  F (type_set_order, H5Tset_order)                   \
  F (type_close, H5Tclose)

/**
 * WeirHdf5Library:
 * @file_access: the class of lists that say how files are opened
 * @text: the type of texts
 */
typedef struct {
#define MEMBER(member, function) __typeof__ (&function) member;
  HDF5_CALLS (MEMBER)
#undef MEMBER
  const hid_t *file_access, *text;
} WeirHdf5Library;

/** weir_hdf5_library: (nullable) (transfer none): the library, loaded and made ready. */
const WeirHdf5Library *weir_hdf5_library (GError **error);
