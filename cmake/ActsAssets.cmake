# The page of a chart, built into acts: scripts and styles as texts, and the sums by which the page's
# Content-Security-Policy knows them.

# acts_asset(VARIABLE file …): their texts one after the other, and in VARIABLE_SUM the base64 of their SHA-256.
function(acts_asset variable)
  set(text "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} part)
    string(APPEND text "${part}\n")
  endforeach()
  set(whole ${CMAKE_CURRENT_BINARY_DIR}/${variable}.txt)
  file(CONFIGURE OUTPUT ${whole} CONTENT "${text}" @ONLY)
  execute_process(COMMAND openssl dgst -sha256 -binary ${whole} COMMAND openssl base64 -A OUTPUT_VARIABLE sum
                  COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} "${text}" PARENT_SCOPE)
  set(${variable}_SUM "${sum}" PARENT_SCOPE)
endfunction()
