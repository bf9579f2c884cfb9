#include "recording/recording_writer.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "acts/base/assert.hpp"

#include "recording/crc32.hpp"
#include "recording/line_reader.hpp"

namespace acts {
namespace {

// A block of zstd: smaller pieces cost time, larger ones only memory.
constexpr std::size_t kTextChunk = std::size_t{128} << 10;
constexpr std::size_t kLongestReceiveTime = 20;  // and the blank behind it

bool is_file_name_part(std::string_view name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

void RecordingWriter::FreeContext::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

RecordingWriter::RecordingWriter(RecordingWriterOptions options, FileOps& ops)
    : options_(std::move(options)), ops_(ops), context_(ZSTD_createCCtx()) {
  ACTS_ASSERT(is_file_name_part(options_.shard));
  ACTS_ASSERT(context_ != nullptr);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, options_.compression_level);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
}

RecordingWriter::~RecordingWriter() = default;

Result<void> RecordingWriter::append(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use) {
  if (json.empty() || ts_recv.value < 0 || json.size() > kMaxLineBytes - kLongestReceiveTime) {
    return fail(ErrorCode::kBadInput,
                fmt::format("a message of {} bytes received at {} does not fit a recording: it must "
                            "have 1 to {} bytes and a time since 1970",
                            json.size(), ts_recv.value, kMaxLineBytes - kLongestReceiveTime));
  }
  if (auto room = make_room(ts_recv); !room) return room;
  if (runs_.full()) add_connections();
  runs_.add(connection, use, lines_, ts_recv);
  const fmt::format_int time(ts_recv.value);
  text_.append(time.data(), time.size());
  text_ += ' ';
  const std::size_t start = text_.size();
  text_ += json;
  for (std::size_t at = text_.find('\n', start); at != std::string::npos; at = text_.find('\n', at)) text_[at] = ' ';
  text_ += '\n';
  ++lines_;
  unflushed_ = true;
  if (text_.size() >= kTextChunk) compress(ZSTD_e_continue);
  return {};
}

Result<void> RecordingWriter::note(UnixNanos ts, IndexEvent event) {
  if (auto room = make_room(ts); !room) return room;
  return add_entry(ts, std::move(event));
}

Result<void> RecordingWriter::flush() {
  if (!files_) return {};
  if (unflushed_) compress(ZSTD_e_flush);
  unflushed_ = false;
  return write_files();
}

Result<void> RecordingWriter::sync(UnixNanos now) {
  if (!files_) return {};
  if (frame_text_ + text_.size() >= options_.frame_text_bytes) {
    if (auto ended = end_frame(now); !ended) return ended;
  }
  if (auto flushed = flush(); !flushed) return flushed;
  if (auto synced = sync_files(); !synced) return synced;
  if (auto noted = note_durable(now); !noted) return noted;
  return files_->index.write();
}

Result<void> RecordingWriter::close(UnixNanos now) {
  if (closed_ || !files_) {
    closed_ = true;
    return {};
  }
  if (!frame_ended_) compress(ZSTD_e_end);
  frame_ended_ = true;
  unflushed_ = false;
  if (files_->log.held_bytes() > 0) {
    if (auto synced = sync_files(); !synced) return synced;
    if (auto noted = note_durable(now); !noted) return noted;
  }
  if (auto synced = files_->index.sync(); !synced) return synced;
  closed_ = true;
  const auto log = files_->log.close();
  const auto index = files_->index.close();
  return log ? index : log;
}

Result<void> RecordingWriter::make_room(UnixNanos first_ts) {
  ACTS_ASSERT(!closed_ && !frame_ended_);
  if (!files_) return create_files(first_ts);
  const std::size_t unwritten = files_->log.unwritten_bytes() + files_->index.unwritten_bytes();
  if (unwritten > kMaxUnwrittenBytes) {
    if (auto wrote = write_files(); !wrote) return wrote;
  }
  const std::size_t unsynced = files_->log.held_bytes() + files_->index.held_bytes();
  return unsynced > kMaxUnsyncedBytes ? sync_files() : Result<void>{};
}

Result<void> RecordingWriter::create_files(UnixNanos first_ts) {
  if (const int status = ops_.make_directories(options_.directory); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: cannot be made: {}", options_.directory, std::strerror(-status)));
  }
  for (int i = 0; i < kMaxNameTries; ++i) {
    const auto made = try_name(fmt::format("{}/{}-{}", options_.directory, options_.shard, first_ts.value + i));
    if (!made) return std::unexpected(made.error());
    if (*made) return {};
  }
  return fail(ErrorCode::kStorage, fmt::format("{}: has {} files of shard {} from {} on: move them away",
                                               options_.directory, kMaxNameTries, options_.shard, first_ts.value));
}

// False if a file of that name is there.
Result<bool> RecordingWriter::try_name(const std::string& stem) {
  const std::string log_path = stem + ".jsonl.zst";
  const int log_fd = ops_.create(log_path);
  if (log_fd == -EEXIST) return false;
  const auto failed = [](const std::string& path, int status) {
    return fail(ErrorCode::kStorage, fmt::format("{}: cannot be made: {}", path, std::strerror(-status)));
  };
  if (log_fd < 0) return failed(log_path, log_fd);
  AppendFile log(ops_, log_fd, log_path);
  const std::string index_path = index_path_for(log_path);
  const int index_fd = ops_.create(index_path);
  if (index_fd < 0) {
    ops_.remove(log_path);
    if (index_fd == -EEXIST) return false;
    return failed(index_path, index_fd);
  }
  AppendFile index(ops_, index_fd, index_path);
  if (const int status = ops_.sync_directory(options_.directory); status < 0) {
    ops_.remove(log_path);
    ops_.remove(index_path);
    return failed(log_path, status);
  }
  files_.emplace(Files{std::move(log), std::move(index)});
  return true;
}

void RecordingWriter::add_connections() {
  if (const auto entry = runs_.take()) ACTS_ASSERT(append_index_line(files_->index.tail(), *entry));
}

Result<void> RecordingWriter::add_entry(UnixNanos ts, IndexEvent event) {
  // What the index says of lines before this entry stands before it.
  add_connections();
  return append_index_line(files_->index.tail(), {lines_, ts, std::move(event)});
}

// After a sync: everything compressed is on the disk.
Result<void> RecordingWriter::note_durable(UnixNanos now) {
  return add_entry(now, index::Durable{files_->log.durable_bytes(), crc_});
}

Result<void> RecordingWriter::end_frame(UnixNanos now) {
  compress(ZSTD_e_end);
  unflushed_ = false;
  frame_text_ = 0;
  return add_entry(now, index::Frame{packed_bytes_});
}

void RecordingWriter::compress(int directive) {
  frame_text_ += text_.size();
  std::string& out = files_->log.tail();
  ZSTD_inBuffer in{text_.data(), text_.size(), 0};
  std::size_t left = 0;
  do {
    const std::size_t start = out.size();
    const std::size_t room = ZSTD_CStreamOutSize();
    // Without filling it: most flushes are much smaller.
    out.resize_and_overwrite(start + room, [](char*, std::size_t size) { return size; });
    ZSTD_outBuffer packed{out.data() + start, room, 0};
    left = ZSTD_compressStream2(context_.get(), &packed, &in, static_cast<ZSTD_EndDirective>(directive));
    // It fails for lack of memory or by wrong use only.
    ACTS_ASSERT(ZSTD_isError(left) == 0);
    out.resize(start + packed.pos);
    packed_bytes_ += packed.pos;
    crc_ = crc32_of(std::string_view(out).substr(start), crc_);
  } while (in.pos < in.size || (directive != ZSTD_e_continue && left > 0));
  text_.clear();
}

// The index first: a line that is there has its entries.
Result<void> RecordingWriter::write_files() {
  add_connections();
  if (auto wrote = files_->index.write(); !wrote) return wrote;
  return files_->log.write();
}

Result<void> RecordingWriter::sync_files() {
  add_connections();
  // The index first: a line that is there has its entries.
  if (auto synced = files_->index.sync(); !synced) return synced;
  return files_->log.sync();
}

}  // namespace acts
