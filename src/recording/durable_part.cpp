#include "recording/durable_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "recording/byte_sum.hpp"
#include "recording/line_reader.hpp"

namespace acts {
namespace {

// Lines over so much time without an entry are more than a crash takes from an index. A step from one line to the next
// counts kLongestStep at most: a clock may leap, and what is not sound may tell any time.
constexpr Nanos kLongestUntold = std::chrono::seconds{10};
constexpr Nanos kLongestStep = std::chrono::seconds{1};

// The first bytes of another source.
class Beginning final : public ByteSource {
 public:
  Beginning(std::unique_ptr<ByteSource> source, std::uint64_t bytes) : source_(std::move(source)), left_(bytes) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (left_ == 0) return 0U;
    auto count = source_->read(out.first(std::min<std::uint64_t>(out.size(), left_)));
    if (count) left_ -= *count;
    return count;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::uint64_t left_;
};

RecordingInput::Open beginning(RecordingInput::Open open, std::uint64_t bytes) {
  return [open = std::move(open), bytes]() -> Result<std::unique_ptr<ByteSource>> {
    auto source = open();
    if (!source) return source;
    return std::make_unique<Beginning>(std::move(*source), bytes);
  };
}

Nanos step_between(UnixNanos from, UnixNanos to) {
  if (to <= from) return Nanos{0};
  // No time of ours is before 1970, but what is not sound may tell any.
  return from.value < 0 ? kLongestStep : std::min(to - from, kLongestStep);
}

std::unique_ptr<ByteSource> index_of(const RecordingInput& log) {
  if (!log.index) return nullptr;
  auto source = log.index();
  return source ? std::move(*source) : nullptr;
}

// Holds a log against its marks, one after the other.
class MarkCheck {
 public:
  explicit MarkCheck(std::unique_ptr<ByteSource> log) : sum_(std::move(log)) {}

  // `index_bytes`: with the mark's entry.
  Result<void> on_mark(const index::Durable& mark, UnixNanos ts, std::uint64_t index_bytes) {
    part_.marked_bytes = std::max(part_.marked_bytes, mark.bytes);
    if (!holds_) return {};
    const auto sum = sum_.up_to(mark.bytes);
    if (!sum) return std::unexpected(sum.error());
    holds_ = *sum == mark.crc32;
    part_.is_cut = !*sum && mark.bytes > part_.log_bytes;
    if (!holds_) return {};
    part_.log_bytes = mark.bytes;
    part_.index_bytes = index_bytes;
    part_.until = ts;
    return {};
  }

  // `index_bytes`: all of the index.
  Result<DurablePart> finish(std::uint64_t index_bytes) {
    const auto all = sum_.to_end();
    if (!all) return std::unexpected(all.error());
    part_.all_bytes = *all;
    part_.is_all = holds_ && index_bytes == part_.index_bytes && *all == part_.log_bytes;
    return part_;
  }

 private:
  ByteSum sum_;
  DurablePart part_;
  bool holds_ = true;
};

bool has_bytes(const RecordingInput& log) {
  auto source = log.log();
  char first = 0;
  return source && (*source)->read({&first, 1}).value_or(0) > 0;
}

// The last entry that can be read.
std::optional<IndexEntry> end_of_index(const RecordingInput& log) {
  auto source = index_of(log);
  if (!source) return std::nullopt;
  IndexReader entries(std::move(source));
  std::optional<IndexEntry> last;
  for (auto entry = entries.next(); !entry || *entry; entry = entries.next()) {
    if (entry) last = std::move(**entry);
    if (!entry && entry.error().code == ErrorCode::kStorage) break;
  }
  return last;
}

}  // namespace

Result<DurablePart> durable_part(const RecordingInput& log) {
  auto bytes = log.log();
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  MarkCheck check(std::move(*bytes));
  std::uint64_t index_bytes = 0;
  if (auto source = index_of(log)) {
    LineReader lines(std::move(source), kMaxIndexLineBytes);
    for (;;) {
      const auto line = lines.next();
      if (!line && line.error().code == ErrorCode::kStorage) return std::unexpected(line.error());
      if (!line || !*line) break;
      index_bytes += (*line)->size() + 1;
      const auto entry = parse_index_line(**line);
      if (!entry || !std::holds_alternative<index::Durable>(entry->event)) continue;
      const auto& mark = std::get<index::Durable>(entry->event);
      if (auto held = check.on_mark(mark, entry->ts, index_bytes); !held) {
        return std::unexpected(std::move(held.error()));
      }
    }
    index_bytes += lines.unfinished_bytes();
  }
  return check.finish(index_bytes);
}

std::string cut_text(const DurablePart& part) {
  if (part.is_damaged()) {
    return fmt::format("of {} bytes that were on the disk, {} are gone or changed, {}", part.marked_bytes,
                       part.lost_bytes(),
                       part.until ? fmt::format("since {}", to_iso8601(*part.until)) : "from its beginning on");
  }
  if (!part.until) return fmt::format("cut off before its first durable mark: left out {} bytes", part.all_bytes);
  const std::string mark = fmt::format("its last durable mark, of {}", to_iso8601(*part.until));
  if (part.is_all) return fmt::format("cut off at {}", mark);
  return fmt::format("cut off: left out {} bytes behind {}", part.all_bytes - part.log_bytes, mark);
}

RecordingInput only(RecordingInput log, const DurablePart& part) {
  log.log = beginning(std::move(log.log), part.log_bytes);
  if (log.index) log.index = beginning(std::move(log.index), part.index_bytes);
  return log;
}

bool misses_index(const RecordingInput& log) {
  if (index_of(log) == nullptr) return has_bytes(log);
  const std::optional<IndexEntry> end = end_of_index(log);
  RecordingInput lines = log;
  lines.index = nullptr;
  RecordingReader reader({std::move(lines)});
  std::uint64_t count = 0;
  std::optional<UnixNanos> last = end ? std::optional(end->ts) : std::nullopt;
  Nanos untold{0};
  for (auto item = reader.next(); !item || *item; item = reader.next()) {
    if (!item && item.error().code == ErrorCode::kStorage) return false;
    const auto* line = item ? std::get_if<RecordedLine>(&**item) : nullptr;
    if (line == nullptr || (end && ++count <= end->lines_before)) continue;
    if (last) untold += step_between(*last, line->ts_recv);
    last = line->ts_recv;
  }
  // One that is being written has gone on meanwhile.
  return untold > kLongestUntold && end_of_index(log) == end;
}

}  // namespace acts
