# The SDK of strategies: public headers, a static library of what they declare that may become part of a shared one, and
# what find_package(acts) reads. Neither in `all` nor in an ordinary installation: scripts/sdk.sh PREFIX makes it.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

add_library(
  acts_sdk STATIC EXCLUDE_FROM_ALL
  base/assert.cpp
  base/decimal.cpp
  base/nearest_name.cpp
  base/ratio.cpp
  base/result.cpp
  base/time.cpp
  market/instrument.cpp
  market/order.cpp
  market/venue.cpp
  strategy/indicators/moving_average.cpp
  strategy/indicators/rolling.cpp
  strategy/indicators/state.cpp
  strategy/indicators/wilder.cpp
  strategy/parameters.cpp)
set_target_properties(
  acts_sdk
  PROPERTIES EXPORT_NAME sdk
             POSITION_INDEPENDENT_CODE ON
             CXX_VISIBILITY_PRESET hidden)
target_compile_features(acts_sdk PUBLIC cxx_std_23)
target_include_directories(acts_sdk PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
                                    PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(acts_sdk PRIVATE fmt::fmt $<BUILD_INTERFACE:acts_options>)

set(sdk_dir ${CMAKE_INSTALL_LIBDIR}/cmake/acts)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/acts-config-version.cmake COMPATIBILITY SameMinorVersion)
file(CONFIGURE OUTPUT acts-config.cmake CONTENT [[
include(CMakeFindDependencyMacro)
find_dependency(fmt)
include(${CMAKE_CURRENT_LIST_DIR}/acts-targets.cmake)
]] @ONLY)
install(TARGETS acts_sdk EXPORT acts_targets ARCHIVE COMPONENT sdk EXCLUDE_FROM_ALL)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/acts TYPE INCLUDE COMPONENT sdk EXCLUDE_FROM_ALL)
install(EXPORT acts_targets NAMESPACE acts:: FILE acts-targets.cmake DESTINATION ${sdk_dir} COMPONENT sdk
        EXCLUDE_FROM_ALL)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/acts-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/acts-config-version.cmake
        DESTINATION ${sdk_dir} COMPONENT sdk EXCLUDE_FROM_ALL)
