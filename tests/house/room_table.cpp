#include "house/room_rules.hpp"

namespace acts::house {

// The order is that of the house: a room uses only rooms above it.
std::span<const Room> room_table() {
  static const std::vector<Room> rooms{
      {.name = "base", .pure = true, .has_public_headers = true},
      {.name = "market", .uses = {"base"}, .pure = true, .has_public_headers = true},
      {.name = "features", .uses = {"base", "market"}, .pure = true, .has_public_headers = true},
      {.name = "strategy", .uses = {"base", "market", "features"}, .pure = true, .has_public_headers = true},
      {.name = "sim", .uses = {"base", "market"}, .pure = true},
      {.name = "binance",
       .uses = {"base", "market"},
       .libraries = {"simdjson.h", "nlohmann/"},
       .libraries_in_sources = {"openssl/"},
       .pure = true},
      {.name = "recording", .uses = {"base"}, .libraries = {"zstd.h", "zlib.h"}},
      {.name = "collector", .uses = {"base", "market", "features", "binance"}, .pure = true},
      {.name = "net", .uses = {"base"}, .libraries = {"boost/", "openssl/", "spdlog/"}},
      {.name = "store",
       .uses = {"base", "market", "features"},
       .libraries = {"sqlite3.h", "spdlog/", "mongoc/"},
       .libraries_in_sources = {"curl/", "libpq-fe.h", "zlib.h"}},
      {.name = "history",
       .uses = {"base", "market", "features", "binance", "recording", "store"},
       .libraries = {"nlohmann/", "duckdb.h"},
       .libraries_in_sources = {"archive.h", "archive_entry.h", "curl/", "expat.h", "fnmatch.h", "openssl/"}},
      {.name = "backtest",
       .uses = {"base", "market", "features", "strategy", "sim", "recording", "history"},
       .libraries_in_sources = {"dlfcn.h"}},
      {.name = "report", .uses = {"base", "market", "features"}, .libraries_in_sources = {"cairo.h", "nlohmann/"}},
      // Asio's executors and awaitables are the language in which the shell rooms are joined to net.
      {.name = "live",
       .uses = {"base", "market", "features", "binance", "recording", "collector", "net", "store"},
       .libraries = {"boost/asio", "boost/system", "nlohmann/", "prometheus/", "spdlog/"}},
      {.name = "exchange",
       .uses = {"base", "market", "binance", "net", "recording"},
       .libraries = {"boost/asio", "boost/system", "nlohmann/", "spdlog/"}},
      {.name = "cli",
       .uses = {"base", "market", "features", "binance", "recording", "collector", "net", "store", "history", "live",
                "exchange", "report", "strategy", "sim", "backtest"},
       .libraries = {"*"}},
  };
  return rooms;
}

}  // namespace acts::house
