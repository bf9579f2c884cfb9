#include "recording/segment_writer.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "acts/base/assert.hpp"

#include "recording/crc32.hpp"

namespace acts {

SegmentWriter::SegmentWriter(FileOps& ops, ZSTD_CCtx_s& context, std::string path)
    : ops_(ops), context_(context), path_(std::move(path)) {}

void SegmentWriter::line(UnixNanos ts, ConnectionId connection, LineUse use, std::string_view json) {
  if (text_.empty()) {
    add_connections();
    ACTS_ASSERT(append_index_line(index_, {lines_, ts, index::Frame{log_bytes_}}));
  }
  if (runs_.full()) add_connections();
  runs_.add(connection, use, lines_, ts);
  const fmt::format_int time(ts.value);
  text_.append(time.data(), time.size());
  text_ += ' ';
  text_ += json;
  text_ += '\n';
  ++lines_;
}

void SegmentWriter::add_connections() {
  if (const auto entry = runs_.take()) ACTS_ASSERT(append_index_line(index_, *entry));
}

Result<void> SegmentWriter::note(UnixNanos ts, IndexEvent event) {
  add_connections();
  return append_index_line(index_, {lines_, ts, std::move(event)});
}

void SegmentWriter::compress(std::string& out) {
  // Not resize(), which fills it: what is compressed is much smaller.
  out.resize_and_overwrite(ZSTD_compressBound(text_.size()), [this](char* at, std::size_t room) {
    const std::size_t size = ZSTD_compress2(&context_, at, room, text_.data(), text_.size());
    ACTS_ASSERT(ZSTD_isError(size) == 0);  // it fails for lack of memory or by wrong use only
    return size;
  });
  text_.clear();
  crc_ = crc32_of(out, crc_);
}

// The index first: a line that is there has its entries.
Result<void> SegmentWriter::flush() {
  add_connections();
  std::string frame;
  if (!text_.empty()) compress(frame);
  if (auto wrote = append(index_path_for(path_), index_, index_bytes_, false); !wrote) return wrote;
  index_bytes_ += index_.size();
  index_.clear();
  if (auto wrote = append(path_, frame, log_bytes_, false); !wrote) return wrote;
  log_bytes_ += frame.size();
  made_ = true;
  return {};
}

Result<void> SegmentWriter::finish(UnixNanos ts, index::Sealed sealed) {
  if (auto flushed = flush(); !flushed) return flushed;
  sealed.bytes = log_bytes_;
  sealed.crc32 = crc_;
  if (auto noted = note(ts, std::move(sealed)); !noted) return noted;
  if (auto wrote = append(index_path_for(path_), index_, index_bytes_, true); !wrote) return wrote;
  return append(path_, {}, log_bytes_, true);
}

Result<void> SegmentWriter::append(const std::string& path, std::string_view bytes, std::uint64_t at, bool sync) {
  const auto failed = [&path](std::int64_t status) {
    return fail(ErrorCode::kStorage,
                fmt::format("{} cannot be written: {}", path, std::strerror(static_cast<int>(-status))));
  };
  const int fd = made_ ? ops_.reopen(path) : ops_.create(path);
  if (fd < 0) return failed(fd);
  std::int64_t status = 0;
  for (std::size_t written = 0; status >= 0 && written < bytes.size();) {
    status = ops_.write_at(fd, bytes.substr(written), at + written);
    if (status == 0) status = -ENOSPC;
    if (status > 0) written += static_cast<std::size_t>(status);
  }
  if (status >= 0 && sync) status = ops_.sync(fd);
  const int closed = ops_.close(fd);
  if (status >= 0) status = closed;
  if (status < 0) return failed(status);
  return {};
}

}  // namespace acts
