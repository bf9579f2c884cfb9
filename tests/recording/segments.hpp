// Sealed segments for tests, as a seal leaves them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "recording/file_ops.hpp"
#include "recording/segment_writer.hpp"

namespace acts::testing {

class SegmentMaker {
 public:
  // `path`: X.jsonl.zst; its directory is made.
  explicit SegmentMaker(std::string path)
      : context_(ZSTD_createCCtx(), &ZSTD_freeCCtx), writer_(real_file_ops(), *context_, std::move(path)) {
    std::filesystem::create_directories(std::filesystem::path(writer_.path()).parent_path());
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  [[nodiscard]] SegmentWriter& writer() { return writer_; }
  // `lost`: of the log that it stands for.
  void finish(UnixNanos ts, const std::string& lost = {}) {
    EXPECT_TRUE(writer_.finish(ts, {.log = {}, .bytes = 0, .crc32 = 0, .lost = lost}));
  }

 private:
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
  SegmentWriter writer_;
};

// "DIR/raw/<venue>/<symbol>/<day>/<first>.jsonl.zst", whole, with what `write` puts into it.
inline std::string make_segment(const std::string& data_dir, const std::string& venue, const std::string& symbol,
                                UnixNanos first, const std::function<void(SegmentWriter&)>& write) {
  const std::string day = to_iso8601(first).substr(0, 10);
  SegmentMaker maker(fmt::format("{}/raw/{}/{}/{}/{}.jsonl.zst", data_dir, venue, symbol, day, first.value));
  write(maker.writer());
  maker.finish(first);
  return maker.writer().path();
}

}  // namespace acts::testing
