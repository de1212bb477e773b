#pragma once

/* The libraries are built with hidden visibility. What stands between these two crosses a
 * library's border: for users where the header is installed, else for Weir's own
 * libraries. */
#define WEIR_BEGIN_DECLS _Pragma ("GCC visibility push(default)")
#define WEIR_END_DECLS   _Pragma ("GCC visibility pop")
