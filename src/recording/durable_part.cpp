#include "recording/durable_part.hpp"

#include <zlib.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "recording/line_reader.hpp"

namespace acts {
namespace {

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

// Whether the log has the bytes of the mark; `is_all` tells whether it has no others.
bool has(ByteSource& log, const index::Durable& mark, bool& is_all) {
  index::Durable found;
  std::vector<char> buffer(std::size_t{64} << 10);
  for (;;) {
    const std::uint64_t left = mark.bytes - found.bytes;
    const std::size_t wanted = std::clamp<std::uint64_t>(left, 1, buffer.size());
    const auto count = log.read(std::span(buffer).first(wanted));
    if (left == 0 || !count || *count == 0) {
      is_all = count && *count == 0;
      return found == mark;
    }
    found.bytes += *count;
    found.crc32 = static_cast<std::uint32_t>(
        ::crc32_z(found.crc32, reinterpret_cast<const unsigned char*>(buffer.data()), *count));
  }
}

}  // namespace

std::optional<DurablePart> durable_part(const RecordingInput& log) {
  DurablePart part;
  index::Durable mark;
  std::uint64_t index_bytes = 0;
  if (auto source = log.index()) {
    LineReader lines(std::move(*source), kMaxIndexLineBytes);
    for (auto line = lines.next(); line && *line; line = lines.next()) {
      index_bytes += (*line)->size() + 1;
      const auto entry = parse_index_line(**line);
      if (!entry || !std::holds_alternative<index::Durable>(entry->event)) continue;
      mark = std::get<index::Durable>(entry->event);
      part.index_bytes = index_bytes;
    }
    part.is_all = index_bytes == part.index_bytes && lines.unfinished_bytes() == 0;
  }
  auto bytes = log.log();
  bool is_all = false;
  if (!bytes || !has(**bytes, mark, is_all)) return std::nullopt;
  part.log_bytes = mark.bytes;
  part.is_all = part.is_all && is_all;
  return part;
}

RecordingInput only(RecordingInput log, const DurablePart& part) {
  log.log = beginning(std::move(log.log), part.log_bytes);
  log.index = beginning(std::move(log.index), part.index_bytes);
  return log;
}

}  // namespace acts
