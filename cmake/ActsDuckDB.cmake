# DuckDB::DuckDB, the static library that scripts/duckdb.sh fetches once a machine. Debian has none.
execute_process(
  COMMAND ${PROJECT_SOURCE_DIR}/scripts/duckdb.sh
  OUTPUT_VARIABLE duckdb_dir
  OUTPUT_STRIP_TRAILING_WHITESPACE
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "DuckDB is not there: scripts/duckdb.sh says above what to do")
endif()
add_library(DuckDB::DuckDB STATIC IMPORTED GLOBAL)
# src/history/engine/duck.cpp has its own duckdb_zstd::ZSTD_decompress.
set_target_properties(
  DuckDB::DuckDB
  PROPERTIES IMPORTED_LOCATION ${duckdb_dir}/lib/libduckdb.a
             INTERFACE_INCLUDE_DIRECTORIES ${duckdb_dir}/include
             INTERFACE_LINK_OPTIONS -Wl,--wrap=_ZN11duckdb_zstd15ZSTD_decompressEPvmPKvm
             INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
