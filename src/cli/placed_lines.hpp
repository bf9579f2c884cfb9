// A file of lines that knows where it is. Blocking.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "acts/base/result.hpp"

#include "recording/byte_source.hpp"
#include "recording/line_reader.hpp"

namespace acts::cli {

// Plain, or packed with gzip or zstd. Not thread-safe.
class PlacedLines {
 public:
  static constexpr std::size_t kMostLineBytes = std::size_t{64} << 10U;

  // Errors: kUsage: it is not there; kStorage.
  static Result<PlacedLines> open(const std::string& path) {
    auto file = open_file(path);
    if (!file) return std::unexpected(file.error());
    auto source = unpack(*std::move(file));
    if (!source) return fail(source.error().code, fmt::format("{}: {}", path, source.error().message));
    return PlacedLines(path, *std::move(source));
  }
  // Errors name the place.
  Result<std::optional<std::string_view>> next() {
    auto line = lines_->next();
    if (!line) return placed(line.error());
    return line;
  }
  // The first line. Errors: kBadInput if there is none.
  Result<std::string_view> header() {
    const auto line = next();
    if (!line) return std::unexpected(line.error());
    if (*line) return **line;
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: it is empty: it was cut, or the run ended before it was written", path_));
  }
  [[nodiscard]] std::unexpected<Error> placed(const Error& error) const {
    return fail(error.code, fmt::format("{}:{}: {}", path_, lines_->line_number(), error.message));
  }

 private:
  PlacedLines(std::string path, std::unique_ptr<ByteSource> source)
      : path_(std::move(path)), lines_(std::make_unique<LineReader>(std::move(source), kMostLineBytes)) {}

  std::string path_;
  std::unique_ptr<LineReader> lines_;
};

// Hands every line behind the header to `take`.
template <typename Take>
Result<void> for_each_line(PlacedLines& lines, Take take) {
  while (true) {
    const auto line = lines.next();
    if (!line) return std::unexpected(line.error());
    if (!*line) return {};
    if (const Result<void> taken = take(**line); !taken) return lines.placed(taken.error());
  }
}

}  // namespace acts::cli
