#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "acts/base/assert.hpp"

#include "recording/byte_source.hpp"

namespace acts {
namespace {

constexpr std::size_t kPackedChunk = std::size_t{128} << 10;
constexpr std::size_t kMagicBytes = 4;

// What has been read of the packed source and not been unpacked yet.
class PackedInput {
 public:
  explicit PackedInput(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)), buffer_(std::make_unique_for_overwrite<char[]>(kPackedChunk)) {}

  // Sees to it that pending() has something, unless the source has ended.
  Result<void> refill() {
    if (begin_ < end_ || ended_) return {};
    begin_ = end_ = 0;
    return read_more();
  }

  // Sees to it that pending() has the first bytes of the source, as many as a magic number takes.
  Result<void> peek() {
    while (end_ < kMagicBytes && !ended_) {
      if (const auto read = read_more(); !read) return read;
    }
    return {};
  }

  [[nodiscard]] std::span<const char> pending() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }
  [[nodiscard]] bool exhausted() const { return ended_ && begin_ == end_; }

 private:
  Result<void> read_more() {
    const auto count = source_->read({buffer_.get() + end_, kPackedChunk - end_});
    if (!count) return std::unexpected(count.error());
    ended_ = *count == 0;
    end_ += *count;
    return {};
  }

  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;
};

std::unexpected<Error> cut_inside(std::string_view what) {
  return fail(ErrorCode::kBadInput, fmt::format("ends inside a {}: it was cut, or its writer had not closed it", what));
}

class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(PackedInput input) : input_(std::move(input)) {}

  Result<std::size_t> read(std::span<char> out) override {
    if (const auto refilled = input_.refill(); !refilled) return std::unexpected(refilled.error());
    const auto pending = input_.pending();
    const std::size_t count = std::min(pending.size(), out.size());
    std::copy_n(pending.data(), count, out.data());
    input_.consume(count);
    return count;
  }

 private:
  PackedInput input_;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(PackedInput input) : input_(std::move(input)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    ACTS_ASSERT(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    for (;;) {
      if (const auto refilled = input_.refill(); !refilled) return std::unexpected(refilled.error());
      if (input_.exhausted() && !inside_member_) return 0;
      const auto count = inflate_into(out);
      if (!count || *count > 0) return count;
      if (input_.exhausted() && inside_member_) return cut_inside("gzip member");
    }
  }

 private:
  Result<std::size_t> inflate_into(std::span<char> out) {
    const auto pending = input_.pending();
    // zlib's interface is older than const; it does not write to its input.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(pending.data()));
    stream_.avail_in = static_cast<uInt>(pending.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    const auto room = static_cast<uInt>(std::min<std::size_t>(out.size(), UINT32_MAX));
    stream_.avail_out = room;
    inside_member_ = true;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    input_.consume(pending.size() - stream_.avail_in);
    if (status == Z_STREAM_END) {
      inside_member_ = false;
      inflateReset(&stream_);
    } else if (status != Z_OK && status != Z_BUF_ERROR && stream_.avail_out == room) {
      return fail(ErrorCode::kBadInput,
                  fmt::format("holds damaged gzip data ({})", stream_.msg != nullptr ? stream_.msg : zError(status)));
    }
    return std::size_t{room - stream_.avail_out};
  }

  PackedInput input_;
  z_stream stream_{};
  bool inside_member_ = false;
};

class ZstdSource final : public ByteSource {
 public:
  explicit ZstdSource(PackedInput input) : input_(std::move(input)), context_(ZSTD_createDCtx()) {
    ACTS_ASSERT(context_ != nullptr);
  }
  ~ZstdSource() override { ZSTD_freeDCtx(context_); }
  ZstdSource(const ZstdSource&) = delete;
  ZstdSource& operator=(const ZstdSource&) = delete;

  Result<std::size_t> read(std::span<char> out) override {
    for (;;) {
      if (!damage_.empty()) return fail(ErrorCode::kBadInput, damage_);
      if (const auto refilled = input_.refill(); !refilled) return std::unexpected(refilled.error());
      if (input_.exhausted() && !inside_frame_) return 0;
      const std::size_t count = decompress_into(out);
      if (count > 0) return count;
      if (damage_.empty() && input_.exhausted() && inside_frame_) return cut_inside("zstd frame");
    }
  }

 private:
  std::size_t decompress_into(std::span<char> out) {
    // One block a call: a call that meets damage gives back nothing of the good blocks it unpacked first.
    const auto pending = input_.pending();
    ZSTD_inBuffer in{pending.data(), std::min(pending.size(), wanted_), 0};
    ZSTD_outBuffer unpacked{out.data(), out.size(), 0};
    const std::size_t hint = ZSTD_decompressStream(context_, &unpacked, &in);
    if (ZSTD_isError(hint) != 0) {
      damage_ = fmt::format("holds damaged zstd data ({})", ZSTD_getErrorName(hint));
      return 0;
    }
    input_.consume(in.pos);
    inside_frame_ = hint != 0;
    wanted_ = inside_frame_ ? hint : kFirstBytes;
    return unpacked.pos;
  }

  static constexpr std::size_t kFirstBytes =
      5;  // the shortest frame header, without which zstd cannot say what it wants

  PackedInput input_;
  ZSTD_DCtx* context_;
  bool inside_frame_ = false;
  std::size_t wanted_ = kFirstBytes;
  std::string damage_;
};

bool is_gzip(std::span<const char> head) {
  constexpr std::string_view kMagic = "\x1f\x8b";
  return std::string_view(head.data(), head.size()).starts_with(kMagic);
}

bool is_zstd(std::span<const char> head) {
  if (head.size() < kMagicBytes) return false;
  std::uint32_t magic = 0;
  for (std::size_t i = kMagicBytes; i-- > 0;) magic = magic << 8 | static_cast<unsigned char>(head[i]);
  return magic == ZSTD_MAGICNUMBER || (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

}  // namespace

Result<std::unique_ptr<ByteSource>> unpack(std::unique_ptr<ByteSource> source) {
  PackedInput input(std::move(source));
  if (const auto peeked = input.peek(); !peeked) return std::unexpected(peeked.error());
  if (is_gzip(input.pending())) return std::make_unique<GzipSource>(std::move(input));
  if (is_zstd(input.pending())) return std::make_unique<ZstdSource>(std::move(input));
  return std::make_unique<PlainSource>(std::move(input));
}

}  // namespace acts
