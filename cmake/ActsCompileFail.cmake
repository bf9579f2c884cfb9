# acts_compile_fail_test(NAME SOURCE file [CASES case …])
# Holds code to what it must refuse. The source is compiled as it stands, which must succeed, and then with
# ACTS_MUST_NOT_COMPILE defined, which must fail with an error in the source itself. With CASES, once a case, each with
# ACTS_MUST_NOT_COMPILE_<case> defined: one mistake a case, so that one refusal does not hide another that is missing.
# ctest names: "NAME: compiles", "NAME: <case> does not compile". Only the compiler's front end runs.
function(acts_compile_fail_test name)
  cmake_parse_arguments(TEST "" "SOURCE" "CASES" ${ARGN})
  get_filename_component(source ${TEST_SOURCE} ABSOLUTE)
  if(NOT EXISTS ${source})
    message(FATAL_ERROR "acts_compile_fail_test(${name}): no file ${source}")
  endif()
  set(check
      ${CMAKE_COMMAND} "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DSOURCE=${source}" "-DROOT=${PROJECT_SOURCE_DIR}")
  add_test(NAME "${name}: compiles" COMMAND ${check} -DEXPECT=success -P ${ACTS_COMPILE_CHECK})
  set(tests "${name}: compiles")
  if(TEST_CASES)
    foreach(case IN LISTS TEST_CASES)
      add_test(NAME "${name}: ${case} does not compile"
               COMMAND ${check} -DEXPECT=failure -DDEFINE=ACTS_MUST_NOT_COMPILE_${case} -P ${ACTS_COMPILE_CHECK})
      list(APPEND tests "${name}: ${case} does not compile")
    endforeach()
  else()
    add_test(NAME "${name}: does not compile"
             COMMAND ${check} -DEXPECT=failure -DDEFINE=ACTS_MUST_NOT_COMPILE -P ${ACTS_COMPILE_CHECK})
    list(APPEND tests "${name}: does not compile")
  endif()
  set_tests_properties(${tests} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

set(ACTS_COMPILE_CHECK ${CMAKE_CURRENT_LIST_DIR}/compile_check.cmake)
