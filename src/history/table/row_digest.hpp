// A sum over rows that depends on nothing but their values: not on the file they stand in, nor on what wrote it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "history/signature.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

class RowDigest {
 public:
  // `kind` must outlive it. `of`: what tells these rows from the same values elsewhere.
  RowDigest(const Kind& kind, std::string_view of);
  void add(const Row& row);
  // SHA-256, 64 hexadecimal digits. Nothing may be added afterwards.
  std::string finish();

 private:
  void put(int128 value, std::size_t bytes);
  void flush();

  const Kind* kind_;
  std::size_t first_columns_;
  std::uint32_t later_ = 0;  // bits of the columns behind those
  Sha256 sum_;
  std::vector<char> buffer_;
  std::size_t used_ = 0;
};

}  // namespace acts::history
