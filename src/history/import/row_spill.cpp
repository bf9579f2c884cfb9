#include "history/import/row_spill.hpp"

#include <utility>

#include "acts/base/assert.hpp"

namespace acts::history {
namespace {

// The first byte of a record.
constexpr char kNarrowRow = 0;
constexpr char kWideRow = 1;
constexpr char kBadRow = 2;
constexpr std::size_t kMostTextBytes = 4096;  // of what is bad; a list of rejects shows less

// 7 bits a byte, the low ones first.
template <typename Unsigned>
void put_number(std::string& out, Unsigned value) {
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>((static_cast<unsigned>(value) & 0x7FU) | 0x80U);
  out += static_cast<char>(value);
}

// Small, whichever its sign. Differences wrap around, and back where they are added.
uint128 zigzag(uint128 difference) { return (difference << 1U) ^ (0 - (difference >> 127U)); }
uint128 unzigzag(uint128 value) { return (value >> 1U) ^ (0 - (value & 1U)); }

void put_text(std::string& out, std::string_view text) {
  put_number(out, std::uint64_t{text.size()});
  out += text;
}

}  // namespace

// What is read was written by this process: it needs no checks, only asserts.
class RowSpill::Rows final : public RowReader {
 public:
  Rows(std::shared_ptr<const NamelessFile> file, std::vector<Block> blocks, const Kind& kind)
      : file_(std::move(file)), blocks_(std::move(blocks)), kind_(&kind) {}

  Result<Got> next(Row& row) override {
    if (at_ == bytes_.size()) {
      if (opened_ == blocks_.size()) return Got::kEnd;
      const Block& block = blocks_[opened_++];
      bytes_.resize(block.bytes);
      at_ = 0;
      if (Result<void> read = file_->read(bytes_, block.offset); !read) return std::unexpected(read.error());
    }
    const char what = bytes_[at_++];
    place_ += static_cast<std::uint64_t>(unzigzag(number()));
    if (what == kBadRow) {
      reason_ = text();
      text_ = text();
      return Got::kBad;
    }
    ACTS_ASSERT(what == kNarrowRow || what == kWideRow);
    row.form = what == kWideRow ? DecimalForm::kWide : DecimalForm::kNarrow;
    row.nulls = static_cast<std::uint32_t>(number());
    for (std::size_t i = 0; i < kind_->columns.size(); ++i) {
      row.values[i] = 0;
      if (!row.is_null(i)) row.values[i] = last_[i] = static_cast<int128>(uint128(last_[i]) + unzigzag(number()));
    }
    return Got::kRow;
  }
  [[nodiscard]] Bad bad() const override { return {reason_, text_}; }
  [[nodiscard]] std::uint64_t place() const override { return place_; }

 private:
  uint128 number() {
    uint128 value = 0;
    for (unsigned shift = 0;; shift += 7) {
      ACTS_ASSERT(at_ < bytes_.size());
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= uint128{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  }
  std::string text() {
    const auto size = static_cast<std::size_t>(number());
    ACTS_ASSERT(size <= bytes_.size() - at_);
    std::string text = bytes_.substr(at_, size);
    at_ += size;
    return text;
  }

  std::shared_ptr<const NamelessFile> file_;
  std::vector<Block> blocks_;
  const Kind* kind_;
  std::size_t opened_ = 0;
  std::string bytes_;  // of one block: records do not reach over its end
  std::size_t at_ = 0;
  std::array<int128, kMaxColumns> last_{};
  std::uint64_t place_ = 0;
  std::string reason_;
  std::string text_;
};

Result<RowSpill> RowSpill::create(const std::string& folder, const std::vector<DataSet>& sets) {
  auto file = NamelessFile::create(folder);
  if (!file) return std::unexpected(file.error());
  RowSpill spill(*std::move(file));
  for (const DataSet& set : sets) spill.lanes_.push_back({.kind = set.kind});
  return spill;
}

Result<void> RowSpill::add(std::size_t set, const Row& row, std::uint64_t place) {
  Lane& lane = lanes_[set];
  const std::size_t before = lane.buffer.size();
  begin(lane, row.form == DecimalForm::kWide ? kWideRow : kNarrowRow, place);
  put_number(lane.buffer, std::uint64_t{row.nulls});
  for (std::size_t i = 0; i < lane.kind->columns.size(); ++i) {
    if (row.is_null(i)) continue;
    put_number(lane.buffer, zigzag(uint128(row.values[i]) - uint128(lane.last[i])));
    lane.last[i] = row.values[i];
  }
  return added(lane, before);
}

Result<void> RowSpill::add_bad(std::size_t set, const RowReader::Bad& bad, std::uint64_t place) {
  Lane& lane = lanes_[set];
  const std::size_t before = lane.buffer.size();
  begin(lane, kBadRow, place);
  put_text(lane.buffer, bad.reason.substr(0, kMostTextBytes));
  put_text(lane.buffer, bad.text.substr(0, kMostTextBytes));
  return added(lane, before);
}

void RowSpill::begin(Lane& lane, char what, std::uint64_t place) {
  lane.buffer += what;
  put_number(lane.buffer, zigzag(uint128{place} - lane.last_place));
  lane.last_place = place;
}

Result<void> RowSpill::added(Lane& lane, std::size_t before) {
  buffered_ += lane.buffer.size() - before;
  if (lane.buffer.size() >= kBlockBytes) return write(lane);
  return buffered_ < kMostBuffered ? Result<void>() : finish();
}

Result<void> RowSpill::finish() {
  for (Lane& lane : lanes_) {
    if (Result<void> written = write(lane); !written) return written;
  }
  return {};
}

Result<void> RowSpill::write(Lane& lane) {
  if (lane.buffer.empty()) return {};
  if (Result<void> written = file_->write(lane.buffer, written_); !written) return written;
  lane.blocks.push_back({written_, lane.buffer.size()});
  written_ += lane.buffer.size();
  buffered_ -= lane.buffer.size();
  // Its memory too: there may be very many sets.
  lane.buffer = {};
  return {};
}

std::unique_ptr<RowReader> RowSpill::open(std::size_t set) const {
  const Lane& lane = lanes_[set];
  ACTS_ASSERT(lane.buffer.empty());
  return std::make_unique<Rows>(file_, lane.blocks, *lane.kind);
}

}  // namespace acts::history
