// Rows of both clocks as a file: what the instruction count's program reads, which is built without what decodes
// recordings. In the memory order of the machine.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "acts/base/assert.hpp"

#include "sim/market_row.hpp"

namespace acts::bench {

struct RowsFile {
  std::vector<sim::MarketRow> venue;  // kEndRow behind them
  std::vector<sim::MarketRow> local;
  std::uint64_t rows = 0;  // as an export counts them
};

inline void write_rows(const RowsFile& rows, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  const auto put = [&file](const void* bytes, std::size_t count) {
    file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(count));
  };
  put(&rows.rows, sizeof rows.rows);
  for (const auto* of : {&rows.venue, &rows.local}) {
    const std::uint64_t count = of->size();
    put(&count, sizeof count);
    put(of->data(), count * sizeof(sim::MarketRow));
  }
  file.flush();
  ACTS_ASSERT(file.good());
}

inline RowsFile read_rows(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const auto get = [&file](void* bytes, std::size_t count) {
    file.read(static_cast<char*>(bytes), static_cast<std::streamsize>(count));
    ACTS_ASSERT(file.good());
  };
  RowsFile rows;
  get(&rows.rows, sizeof rows.rows);
  for (auto* of : {&rows.venue, &rows.local}) {
    std::uint64_t count = 0;
    get(&count, sizeof count);
    of->resize(count);
    get(of->data(), count * sizeof(sim::MarketRow));
  }
  return rows;
}

}  // namespace acts::bench
