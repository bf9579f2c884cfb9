# How every target of acts is compiled, and the three kinds of target there are: a room, a test-suite, a fuzz target.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Paths below the project count as relative ones: what one clone has compiled, another need not.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1 ${CCACHE_PROGRAM})
endif()

add_library(acts_options INTERFACE)
target_compile_options(
  acts_options
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
            -Wold-style-cast -Wcast-align
            $<$<BOOL:${ACTS_WARNINGS_AS_ERRORS}>:-Werror>)
if(ACTS_SANITIZE)
  target_compile_options(acts_options INTERFACE -fsanitize=${ACTS_SANITIZE} -fno-omit-frame-pointer
                                                -fno-sanitize-recover=all)
  target_link_options(acts_options INTERFACE -fsanitize=${ACTS_SANITIZE})
endif()
if(ACTS_COVERAGE)
  target_compile_options(acts_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(acts_options INTERFACE --coverage)
endif()

include(ActsPrecompiled)

# What fuzzing follows: rooms and its targets. Rooms are the same in `asan` and `fuzz`: ccache compiles them once.
set(acts_followed_by_fuzzing $<$<BOOL:${ACTS_FUZZABLE}>:-fsanitize=fuzzer-no-link>)

# Of a room that waits (acts_room(WAITS)), and of most tests, the own code is not what takes time, but compiling it: a
# quarter less with -O1 than with -O2, half under sanitizers with -O0.
if(ACTS_SANITIZE)
  set(acts_compiled_soon -O0)
else()
  set(acts_compiled_soon $<$<CONFIG:Release>:-O1>)
endif()

# Of what does work, under sanitizers: at -O1 clang inlines nothing that is not told to be always, and not even the
# standard library's begin(). With what is declared inline a replay takes two thirds of the time, and compiling no more.
if(ACTS_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(acts_inlined -finline-hint-functions)
endif()

# The sources of src/ROOM with those that may be joined in files of eight. CMake's own joined files (UNITY_BUILD) name
# sources by absolute paths: to ccache another text in every clone.
function(acts_join out room sources alone)
  set(made)
  set(text)
  set(count 0)
  foreach(source IN LISTS sources)
    if(IS_ABSOLUTE ${source} OR source IN_LIST alone)
      list(APPEND made ${source})
      continue()
    endif()
    string(APPEND text "#include \"${room}/${source}\"\n")
    math(EXPR count "${count} + 1")
    math(EXPR rest "${count} % 8")
    if(rest EQUAL 0)
      acts_joined_file(made ${count} "${text}")
      set(text)
    endif()
  endforeach()
  if(text)
    acts_joined_file(made ${count} "${text}")
  endif()
  set(${out} ${made} PARENT_SCOPE)
endfunction()

function(acts_joined_file into number text)
  file(GENERATE OUTPUT joined_${number}.cpp CONTENT "${text}")
  set(${into} ${${into}} ${CMAKE_CURRENT_BINARY_DIR}/joined_${number}.cpp PARENT_SCOPE)
endfunction()

# acts_room(NAME SOURCES … [USES room …] [LINKS library …] [LINKS_PRIVATE library …] [ALONE file …] [WAITS])
# The static library acts_NAME of src/NAME. USES names other rooms, as ARCHITECTURE.md allows. WAITS: its own code waits
# for people, sockets and other rooms, and works little: what counts is how soon it is compiled.
# With ACTS_UNITY eight files are compiled as one, in half the time: names in unnamed namespaces are the room's then,
# not the file's. ALONE names sources that are never joined with others. The target's property ACTS_SOURCES has all.
function(acts_room name)
  cmake_parse_arguments(ROOM "WAITS" "" "SOURCES;USES;LINKS;LINKS_PRIVATE;ALONE" ${ARGN})
  set(sources ${ROOM_SOURCES})
  if(ACTS_UNITY)
    acts_join(sources ${name} "${ROOM_SOURCES}" "${ROOM_ALONE}")
  endif()
  add_library(acts_${name} STATIC ${sources})
  set_target_properties(acts_${name} PROPERTIES ACTS_SOURCES "${ROOM_SOURCES}")
  target_include_directories(acts_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  # To g++ a joined file's parts are headers, whose types should not use unnamed namespaces. Each is there once.
  if(ACTS_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(acts_${name} PRIVATE -Wno-subobject-linkage)
  endif()
  target_compile_options(acts_${name} PRIVATE ${acts_followed_by_fuzzing})
  if(ROOM_WAITS)
    target_compile_options(acts_${name} PRIVATE ${acts_compiled_soon})
    acts_use_precompiled(acts_${name} waiting_rooms ${sources})
  else()
    target_compile_options(acts_${name} PRIVATE ${acts_inlined})
    acts_use_precompiled(acts_${name} rooms ${sources})
  endif()
  list(TRANSFORM ROOM_USES PREPEND acts_)
  target_link_libraries(acts_${name} PUBLIC ${ROOM_USES} ${ROOM_LINKS} PRIVATE acts_options ${ROOM_LINKS_PRIVATE})
endfunction()

# The unit tests of test_NAME in eight processes, whose names are "NAME: n of 8": with the address sanitizer a process
# takes longer to begin and end than most tests.
function(acts_add_shards name environment)
  foreach(shard RANGE 7)
    math(EXPR number "${shard} + 1")
    set(test "${name}: ${number} of 8")
    add_test(NAME "${test}" COMMAND test_${name})
    set_tests_properties("${test}" PROPERTIES LABELS unit TIMEOUT 2400 PROCESSORS 2 ENVIRONMENT
                         "GTEST_TOTAL_SHARDS=8;GTEST_SHARD_INDEX=${shard};${environment}")
  endforeach()
endfunction()

# acts_test(NAME SOURCES … [USES room …] [LINKS library …] [LABEL unit] [HALVES n] [WORKS])
# The GoogleTest program test_NAME; each of its tests is one of ctest's, named "NAME: Suite.Behaviour".
# HALVES: how much of the machine it takes, in halves of a processor. Unit tests work all the while: 2. Integration
# tests wait for most of theirs: 1; those that do not, or measure time, say more. What may take longest begins first.
# WORKS: its own code runs for as long as what it drives, twelve times as long as it must without any optimisation.
function(acts_test name)
  cmake_parse_arguments(TEST "WORKS" "LABEL;TIMEOUT;HALVES" "SOURCES;USES;LINKS" ${ARGN})
  if(NOT TEST_LABEL)
    set(TEST_LABEL unit)
  endif()
  if(NOT TEST_HALVES)
    set(TEST_HALVES 1)
    if(TEST_LABEL STREQUAL unit)
      set(TEST_HALVES 2)
    endif()
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  # What hangs is to end; what a sanitizer makes many times as slow, beside a compiler, is not.
  if(ACTS_SANITIZE)
    math(EXPR TEST_TIMEOUT "4 * ${TEST_TIMEOUT}")
  endif()
  add_executable(test_${name} ${TEST_SOURCES})
  list(TRANSFORM TEST_USES PREPEND acts_)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  if(ACTS_SANITIZE)
    target_compile_definitions(test_${name} PRIVATE ACTS_SANITIZED)
  endif()
  if(TEST_WORKS)
    target_compile_options(test_${name} PRIVATE $<$<NOT:$<CONFIG:Release>>:-O1> ${acts_inlined})
  else()
    target_compile_options(test_${name} PRIVATE ${acts_compiled_soon})
    acts_use_precompiled(test_${name} tests ${TEST_SOURCES})
  endif()
  # At -O1 g++ 12 sees what is not there in strings it has inlined; the address sanitizer sees what is.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(test_${name} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  target_link_libraries(test_${name} PRIVATE acts_options acts_testdata ${TEST_USES} ${TEST_LINKS} fmt::fmt
                                             GTest::gtest_main GTest::gmock)
  set(test_environment LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/leaks.supp:print_suppressions=0)
  if(ACTS_SANITIZE MATCHES address AND TEST_LABEL STREQUAL unit)
    acts_add_shards(${name} "${test_environment}")
  else()
    gtest_discover_tests(test_${name} TEST_PREFIX "${name}: " DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${TEST_LABEL} TIMEOUT
                         ${TEST_TIMEOUT} PROCESSORS ${TEST_HALVES} COST ${TEST_TIMEOUT} ENVIRONMENT ${test_environment})
  endif()
endfunction()

# acts_fuzz(NAME USES room … [SUPPORT file …]): the libFuzzer program fuzz_NAME of tests/fuzz/NAME_fuzz.cpp, seeded from
# tests/fuzz/corpus/NAME. SUPPORT names sources in tests/support.
function(acts_fuzz name)
  cmake_parse_arguments(FUZZ "" "" "USES;LINKS;SUPPORT" ${ARGN})
  list(TRANSFORM FUZZ_SUPPORT PREPEND ${PROJECT_SOURCE_DIR}/tests/support/)
  add_executable(fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}_fuzz.cpp ${FUZZ_SUPPORT})
  target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  list(TRANSFORM FUZZ_USES PREPEND acts_)
  target_link_libraries(fuzz_${name} PRIVATE acts_options ${FUZZ_USES} ${FUZZ_LINKS})
  target_compile_options(fuzz_${name} PRIVATE ${acts_followed_by_fuzzing})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()
