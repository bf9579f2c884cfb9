# Run as a script: the version and, out of a git checkout, the commit that it was built from, as a C++ source that is
# written only when that changes. OUTPUT, TEMPLATE, VERSION and SOURCE_DIR are given.
set(BUILD_VERSION ${VERSION})

# Whoever owns the checkout: it is only read.
function(ask_git out)
  execute_process(
    COMMAND git -c safe.directory=* --no-optional-locks ${ARGN}
    WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE answer RESULT_VARIABLE status OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_QUIET)
  if(NOT status EQUAL 0)
    set(answer "")
  endif()
  set(${out} "${answer}" PARENT_SCOPE)
endfunction()

if(EXISTS ${SOURCE_DIR}/.git)
  ask_git(commit rev-parse --short=12 HEAD)
  ask_git(changes status --porcelain)
  if(commit)
    string(APPEND BUILD_VERSION "+${commit}")
    if(changes)
      string(APPEND BUILD_VERSION ".changed")
    endif()
  endif()
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
