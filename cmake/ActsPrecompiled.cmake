# The headers of others that most files include (the standard library, fmt, GoogleTest), parsed once a build instead of
# once a file: a third of the time of a test, a tenth of that of a joined file of a room.
#
# Whoever compiles without (lint, coverage, debug) sees whether a file includes what it uses.

option(ACTS_PRECOMPILE "Parse the headers of others that most files include once" OFF)

set(acts_standard_headers
    algorithm
    array
    bit
    charconv
    chrono
    cmath
    cstdint
    cstring
    deque
    expected
    filesystem
    functional
    limits
    map
    memory
    numeric
    optional
    ranges
    set
    span
    string
    string_view
    unordered_map
    unordered_set
    utility
    variant
    vector
    fmt/format.h
    fmt/ranges.h)

# acts_precompiled(NAME HEADERS header … [LINKS library …] [OPTIONS option …])
# What acts_use_precompiled(… NAME) means. LINKS and OPTIONS: as those have them who use it, or the compiler refuses it.
function(acts_precompiled name)
  if(NOT ACTS_PRECOMPILE)
    return()
  endif()
  cmake_parse_arguments(PRECOMPILED "" "" "HEADERS;LINKS;OPTIONS" ${ARGN})
  list(TRANSFORM PRECOMPILED_HEADERS REPLACE "(.+)" "#include <\\1>\n")
  string(JOIN "" text ${PRECOMPILED_HEADERS})
  # clang notes the path of what it read, and looks whether that is still there: below a home, not below a clone, it is
  # the same bytes for ccache in every clone.
  string(SHA256 digest "${text}")
  string(SUBSTRING ${digest} 0 12 digest)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(header $ENV{XDG_CACHE_HOME})
  else()
    set(header $ENV{HOME}/.cache)
  endif()
  set(header ${header}/acts-deps/headers-${digest}/${name}.hpp)
  file(CONFIGURE OUTPUT ${header} CONTENT "${text}" @ONLY)
  set_source_files_properties(${header} PROPERTIES LANGUAGE CXX COMPILE_OPTIONS -xc++-header)
  add_library(acts_precompiled_${name} OBJECT ${header})
  target_link_libraries(acts_precompiled_${name} PRIVATE acts_options ${PRECOMPILED_LINKS})
  target_compile_options(acts_precompiled_${name} PRIVATE ${PRECOMPILED_OPTIONS})
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(acts_precompiled_${name} PRIVATE -fpch-instantiate-templates
                                                            "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  # g++ is told of a header, and takes the compiled one that lies beside it.
  acts_precompiled_header(beside ${name})
  file(CONFIGURE OUTPUT ${beside} CONTENT "${text}" @ONLY)
  add_custom_command(
    OUTPUT ${beside}.gch
    COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_OBJECTS:acts_precompiled_${name}> ${beside}.gch
    # What ccache reads instead of a hundred megabytes a file (CCACHE_PCH_EXTSUM).
    COMMAND ${CMAKE_COMMAND} -E sha256sum ${name}.hpp.gch > ${name}.hpp.gch.sum
    DEPENDS $<TARGET_OBJECTS:acts_precompiled_${name}>
    WORKING_DIRECTORY ${PROJECT_BINARY_DIR}/precompiled
    VERBATIM)
  add_custom_target(acts_precompiled_${name}_file DEPENDS ${beside}.gch)
endfunction()

function(acts_precompiled_header out name)
  set(${out} ${PROJECT_BINARY_DIR}/precompiled/${name}.hpp PARENT_SCOPE)
endfunction()

# acts_use_precompiled(TARGET NAME source …): those sources of TARGET, of the directory at hand, begin with NAME's.
function(acts_use_precompiled target name)
  if(NOT ACTS_PRECOMPILE)
    return()
  endif()
  acts_precompiled_header(header ${name})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Winvalid-pch "SHELL:-include ${header}")
  else()
    target_compile_options(${target} PRIVATE "SHELL:-include-pch ${header}.gch")
  endif()
  set_property(SOURCE ${ARGN} APPEND PROPERTY OBJECT_DEPENDS ${header}.gch)
endfunction()
