# Run as a script: the version and, out of a git checkout, the commit that it was built from, as a C++ source that is
# written only when that changes. OUTPUT, TEMPLATE, VERSION and SOURCE_DIR are given.
execute_process(
  COMMAND git --no-optional-locks describe --always --dirty=.changed --abbrev=12 --exclude=*
  WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE commit RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(BUILD_VERSION ${VERSION})
if(status EQUAL 0 AND EXISTS ${SOURCE_DIR}/.git)
  string(APPEND BUILD_VERSION "+${commit}")
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
