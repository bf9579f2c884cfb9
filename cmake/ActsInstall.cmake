# What `cmake --install` and the Debian package contain.
include(GNUInstallDirs)
set(packaging ${PROJECT_SOURCE_DIR}/packaging)

if(TARGET acts)
  install(TARGETS acts RUNTIME DESTINATION bin)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/testdata/binance-feed/spot/btcusdt_20240808.gz
              ${PROJECT_SOURCE_DIR}/testdata/binance-feed/spot/ethusdt_20240808.gz
              ${PROJECT_SOURCE_DIR}/testdata/SOURCES.md DESTINATION share/acts/demo)
install(FILES ${packaging}/acts.1 DESTINATION share/man/man1)
install(FILES ${packaging}/completions/acts.bash DESTINATION share/bash-completion/completions RENAME acts)
install(FILES ${packaging}/completions/_acts DESTINATION share/zsh/vendor-completions)
install(FILES ${packaging}/completions/acts.fish DESTINATION share/fish/vendor_completions.d)
install(FILES ${packaging}/sysusers.conf DESTINATION lib/sysusers.d RENAME acts.conf)
install(FILES ${packaging}/acts.toml DESTINATION share/doc/acts/examples)
install(FILES ${packaging}/debian/copyright DESTINATION share/doc/acts)
install(FILES ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION share/doc/acts)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION share/doc/acts FILES_MATCHING PATTERN "*.md")
install(FILES ${PROJECT_SOURCE_DIR}/docs/bad_day.json DESTINATION share/doc/acts/examples)

# The unit names the binary and the configuration where this installation has them; a configuration that is there stays as it is.
install(CODE "set(packaging \"${packaging}\")")
install(
  CODE [[
  set(prefix "${CMAKE_INSTALL_PREFIX}")
  if(prefix STREQUAL "/usr")
    set(etc /etc)
  else()
    set(etc "${prefix}/etc")
  endif()
  set(ACTS_BINARY "${prefix}/bin/acts")
  set(ACTS_CONFIG "${etc}/acts/acts.toml")
  set(unit "${prefix}/lib/systemd/system/acts-collect.service")
  configure_file("${packaging}/acts-collect.service.in" "$ENV{DESTDIR}${unit}" @ONLY)
  message(STATUS "Installing: $ENV{DESTDIR}${unit}")
  if(NOT EXISTS "$ENV{DESTDIR}${ACTS_CONFIG}")
    file(INSTALL "${packaging}/acts.toml" DESTINATION "${etc}/acts")
  endif()
]])

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME acts)
set(CPACK_PACKAGE_CONTACT "acts contributors <acts@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "collector of crypto order books")
set(CPACK_PACKAGE_DESCRIPTION
    "Collects order books of Binance spot and USD-M futures around the clock and stores rows of features for every symbol and minute.")
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, systemd | systemd-standalone-sysusers | opensysusers")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/debian/conffiles ${packaging}/debian/postinst ${packaging}/debian/prerm
                                       ${packaging}/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
