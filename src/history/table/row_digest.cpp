#include "history/table/row_digest.hpp"

#include <fmt/format.h>

#include <cstring>

namespace acts::history {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
constexpr std::size_t kMostRowBytes = (kMaxColumns + 2) * sizeof(int128);

// As many bytes as the value's column needs, whatever it holds: else one row could pass for two others.
std::size_t bytes_of(CellType type, DecimalForm form) {
  if (type == CellType::kFlag) return 1;
  if (!is_decimal(type)) return 8;
  return decimal_shape(type, form).precision > 18 ? 16 : 8;
}

}  // namespace

RowDigest::RowDigest(const Kind& kind, std::string_view of)
    : kind_(&kind), first_columns_(first_columns_of(kind)), buffer_(kBufferBytes) {
  later_ = ((1U << kind.columns.size()) - 1) & ~((1U << first_columns_) - 1);
  sum_.add(fmt::format("{}\n", of));
}

void RowDigest::add(const Row& row) {
  if (buffer_.size() - used_ < kMostRowBytes) flush();
  put(static_cast<std::uint8_t>(row.form), 1);
  // Of later columns what is known, bit and value: a row that tells nothing there has the sum that it had before there
  // were any.
  put(row.nulls ^ later_, 4);
  for (std::size_t i = 0; i < kind_->columns.size(); ++i) {
    if (i >= first_columns_ && row.is_null(i)) continue;
    put(row.values[i], bytes_of(kind_->columns[i].type, row.form));
  }
}

// Little-endian. The whole value is written, and the next one over what does not count of it.
void RowDigest::put(int128 value, std::size_t bytes) {
  std::memcpy(buffer_.data() + used_, &value, sizeof value);
  used_ += bytes;
}

void RowDigest::flush() {
  sum_.add({buffer_.data(), used_});
  used_ = 0;
}

std::string RowDigest::finish() {
  flush();
  return sum_.finish();
}

}  // namespace acts::history
