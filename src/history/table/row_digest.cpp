#include "history/table/row_digest.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace acts::history {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

// As many bytes as the value's column needs, whatever it holds: else one row could pass for two others.
std::size_t bytes_of(CellType type, DecimalForm form) {
  if (type == CellType::kFlag) return 1;
  if (!is_decimal(type)) return 8;
  return decimal_shape(type, form).precision > 18 ? 16 : 8;
}

}  // namespace

RowDigest::RowDigest(const Kind& kind, std::string_view of) : kind_(&kind) {
  buffer_.reserve(kBufferBytes + 1024);
  buffer_ = fmt::format("{}\n", of);
}

void RowDigest::add(const Row& row) {
  put(static_cast<std::uint8_t>(row.form), 1);
  put(row.nulls, 4);
  for (std::size_t i = 0; i < kind_->columns.size(); ++i) {
    put(row.values[i], bytes_of(kind_->columns[i].type, row.form));
  }
  if (buffer_.size() < kBufferBytes) return;
  sum_.add(buffer_);
  buffer_.clear();
}

// Little-endian.
void RowDigest::put(int128 value, std::size_t bytes) {
  std::array<char, 16> raw;
  std::memcpy(raw.data(), &value, raw.size());
  buffer_.append(raw.data(), bytes);
}

std::string RowDigest::finish() {
  sum_.add(buffer_);
  return sum_.finish();
}

}  // namespace acts::history
