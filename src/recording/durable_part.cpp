#include "recording/durable_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

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

  Result<void> skip(std::uint64_t bytes) override {
    bytes = std::min(bytes, left_);
    left_ -= bytes;
    return source_->skip(bytes);
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::uint64_t left_;
};

RecordingInput::Open rest_of(RecordingInput::Open open, std::uint64_t skipped) {
  return [open = std::move(open), skipped]() -> Result<std::unique_ptr<ByteSource>> {
    auto source = open();
    if (!source) return source;
    if (const auto done = (*source)->skip(skipped); !done) return std::unexpected(done.error());
    return source;
  };
}

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
  void on_mark(const index::Durable& mark, UnixNanos ts, std::uint64_t index_bytes) {
    part_.marked_bytes = std::max(part_.marked_bytes, mark.bytes);
    if (!holds_) return;
    const auto sum = sum_.up_to(mark.bytes);
    if (!sum) part_.log_trouble = sum.error().message;
    holds_ = sum && *sum == mark.crc32;
    part_.is_cut = sum && !*sum && mark.bytes > part_.log_bytes;
    if (!holds_) return;
    part_.log_bytes = mark.bytes;
    part_.index_bytes = index_bytes;
    part_.until = ts;
  }

  // `index_bytes`: all of the index, up to its trouble.
  DurablePart finish(std::uint64_t index_bytes, std::string index_trouble) {
    if (part_.log_trouble.empty()) {
      if (const auto all = sum_.to_end(); !all) part_.log_trouble = all.error().message;
    }
    part_.all_bytes = sum_.bytes();
    part_.told_bytes = index_bytes;
    part_.index_trouble = std::move(index_trouble);
    part_.is_all =
        holds_ && !part_.is_unreadable() && index_bytes == part_.index_bytes && part_.all_bytes == part_.log_bytes;
    return std::move(part_);
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

struct IndexEnd {
  std::optional<IndexEntry> last;  // entry that can be read
  // ... and the last frame of the log.
  std::uint64_t frame_bytes = 0;
  std::uint64_t frame_lines = 0;
};

IndexEnd end_of_index(const RecordingInput& log) {
  IndexEnd end;
  auto source = index_of(log);
  if (!source) return end;
  IndexReader entries(std::move(source));
  for (auto entry = entries.next(); !entry || *entry; entry = entries.next()) {
    if (!entry && entry.error().code == ErrorCode::kStorage) break;
    if (!entry) continue;
    if (const auto* frame = std::get_if<index::Frame>(&(*entry)->event)) {
      end.frame_bytes = frame->bytes;
      end.frame_lines = (*entry)->lines_before;
    }
    end.last = std::move(**entry);
  }
  return end;
}

// Of zstd's format (RFC 8878, 3.1.1): a block's header says how long it is, and whether it is the frame's last.
constexpr std::size_t kBlockHeader = 3;
constexpr std::size_t kFrameChecksum = 4;  // a RecordingWriter's frames have one
constexpr std::size_t kMostBlock = std::size_t{128} << 10;
constexpr std::uint32_t kFrameBegin = 0x2F'B5'28;  // the first three bytes of a frame: no block is as long as that

// Fewer at the end.
Result<std::size_t> fill(ByteSource& source, std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const auto count = source.read(out.subspan(filled));
    if (!count || *count == 0) return count ? Result<std::size_t>(filled) : count;
    filled += *count;
  }
  return filled;
}

// So many bytes of a frame's header come behind those three.
Result<std::size_t> skip_frame_header(ByteSource& source) {
  std::array<char, 2> bytes{};
  const auto read = fill(source, bytes);
  if (!read) return read;
  const auto told = static_cast<unsigned char>(bytes[1]);
  const bool is_single = (told >> 5U & 1U) != 0;
  constexpr std::array<std::size_t, 4> kDictionary{0, 1, 2, 4};
  const std::array<std::size_t, 4> content{is_single ? 1U : 0U, 2, 4, 8};
  std::array<char, 16> rest{};
  return fill(source, std::span(rest).first((is_single ? 0 : 1) + kDictionary[told & 3U] + content[told >> 6U]));
}

// Whether what lies behind `mark` ends with a frame: else its writer has not closed it. A mark stands at a block's end,
// or at a frame's.
Result<bool> ends_with_a_frame(const RecordingInput& log, std::uint64_t mark) {
  auto source = log.log();
  if (!source) return std::unexpected(std::move(source.error()));
  if (const auto skipped = (*source)->skip(mark); !skipped) return std::unexpected(skipped.error());
  for (bool is_between = true;;) {
    std::array<char, kBlockHeader> head{};
    const auto read = fill(**source, head);
    if (!read) return std::unexpected(read.error());
    if (*read < head.size()) return *read == 0 && is_between;
    std::uint32_t header = 0;
    for (std::size_t i = head.size(); i-- > 0;) header = header << 8U | static_cast<unsigned char>(head[i]);
    if (is_between && header == kFrameBegin) {
      if (const auto skipped = skip_frame_header(**source); !skipped) return std::unexpected(skipped.error());
      is_between = false;
      continue;
    }
    is_between = (header & 1U) != 0;
    const bool is_repeated = (header >> 1U & 3U) == 1;
    const std::size_t size = header >> 3U;
    if (size > kMostBlock) return false;
    std::vector<char> body((is_repeated ? 1 : size) + (is_between ? kFrameChecksum : 0));
    const auto there = fill(**source, body);
    if (!there) return std::unexpected(there.error());
    if (*there < body.size()) return false;
  }
}

Result<bool> reads_to_a_sound_end(const RecordingInput& log, const std::function<bool()>& stop) {
  constexpr std::uint64_t kLinesBetweenStops = 4096;
  RecordingReader reader({log});
  for (std::uint64_t items = 0;; ++items) {
    if (items % kLinesBetweenStops == 0 && stop()) return fail(ErrorCode::kCancelled, "stopped while reading a log");
    const auto item = reader.next();
    if (!item && item.error().code == ErrorCode::kStorage) return std::unexpected(item.error());
    if (!item) return false;
    if (!*item) return true;
  }
}

// Of a log that reads on where its index does not, all is kept, as without one.
KeptPart damaged_part(const RecordingInput& log, const DurablePart& part) {
  KeptPart kept{.input = log, .lost = cut_text(part), .is_damaged = true, .is_unreadable = part.is_unreadable()};
  if (part.is_log_damaged() && !part.is_cut) {
    kept.input = only(log, part);
  } else if (!part.index_trouble.empty()) {
    kept.input.index = beginning(log.index, part.told_bytes);
  }
  return kept;
}

}  // namespace

Result<DurablePart> durable_part(const RecordingInput& log, const std::function<bool()>& stop) {
  auto bytes = log.log();
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  MarkCheck check(std::move(*bytes));
  std::uint64_t index_bytes = 0;
  std::string index_trouble;
  if (auto source = index_of(log)) {
    LineReader lines(std::move(source), kMaxIndexLineBytes);
    for (;;) {
      const auto line = lines.next();
      if (!line && line.error().code == ErrorCode::kStorage) index_trouble = line.error().message;
      if (!line || !*line) break;
      index_bytes += (*line)->size() + 1;
      const auto entry = parse_index_line(**line);
      if (!entry || !std::holds_alternative<index::Durable>(entry->event)) continue;
      if (stop && stop()) return fail(ErrorCode::kCancelled, "stopped before it was read");
      check.on_mark(std::get<index::Durable>(entry->event), entry->ts, index_bytes);
    }
    index_bytes += lines.unfinished_bytes();
  }
  return check.finish(index_bytes, std::move(index_trouble));
}

std::string cut_text(const DurablePart& part) {
  if (!part.log_trouble.empty()) {
    return fmt::format("{} behind {} bytes: left out what was written {}", part.log_trouble, part.all_bytes,
                       part.until ? fmt::format("since {}", to_iso8601(*part.until)) : "from its beginning on");
  }
  if (part.is_log_damaged()) {
    return fmt::format("of {} bytes that were on the disk, {} are gone or changed, {}", part.marked_bytes,
                       part.lost_bytes(),
                       part.until ? fmt::format("since {}", to_iso8601(*part.until)) : "from its beginning on");
  }
  if (part.is_unreadable()) {
    return fmt::format("its index {} behind {} bytes", part.index_trouble, part.told_bytes);
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
  const IndexEnd end = end_of_index(log);
  RecordingInput lines = log;
  lines.index = nullptr;
  lines.log = rest_of(log.log, end.frame_bytes);
  RecordingReader reader({std::move(lines)});
  std::uint64_t count = end.frame_lines;
  std::optional<UnixNanos> last = end.last ? std::optional(end.last->ts) : std::nullopt;
  Nanos untold{0};
  for (auto item = reader.next(); !item || *item; item = reader.next()) {
    if (!item && item.error().code == ErrorCode::kStorage) return false;
    const auto* line = item ? std::get_if<RecordedLine>(&**item) : nullptr;
    if (line == nullptr || (end.last && ++count <= end.last->lines_before)) continue;
    if (last) untold += step_between(*last, line->ts_recv);
    last = line->ts_recv;
  }
  // One that is being written has gone on meanwhile.
  return untold > kLongestUntold && end_of_index(log).last == end.last;
}

Result<KeptPart> kept_part(const RecordingInput& log, const std::function<bool()>& stop) {
  if (stop()) return fail(ErrorCode::kCancelled, "stopped before it was read");
  const auto part = durable_part(log, stop);
  if (!part) return std::unexpected(part.error());
  const std::string cut = cut_text(*part);
  if (part->is_damaged()) return damaged_part(log, *part);
  if (part->is_all) return KeptPart{.input = log, .if_cut = cut};
  if (misses_index(log)) {
    return KeptPart{.input = log, .lost = fmt::format("{}: what reads is kept", kMissesIndex), .is_damaged = true};
  }
  auto is_sound = ends_with_a_frame(log, part->log_bytes);
  if (is_sound && *is_sound) is_sound = reads_to_a_sound_end(log, stop);
  if (!is_sound) return std::unexpected(std::move(is_sound.error()));
  if (*is_sound) return KeptPart{.input = log, .if_cut = cut};
  return KeptPart{.input = only(log, *part), .lost = cut};
}

}  // namespace acts
