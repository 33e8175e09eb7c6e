//! Whole-system tests of Fidge; the tests themselves stand beside this file.
