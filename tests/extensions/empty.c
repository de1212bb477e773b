/* A library that is not what its name says. */

const int weir_test_nothing = 0;
