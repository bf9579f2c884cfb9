#include "backtest/table_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "recording/line_reader.hpp"

namespace acts::backtest {

Result<std::unique_ptr<ByteSource>> open_table_file(const std::string& path) {
  auto file = open_file(path);
  if (!file) return std::unexpected(file.error());
  auto bytes = unpack(*std::move(file));
  if (!bytes) return fail(bytes.error().code, fmt::format("{}: {}", path, bytes.error().message));
  return bytes;
}

Result<void> read_table_lines(std::unique_ptr<ByteSource> bytes, const std::string& name,
                              std::span<const std::string_view> headers, std::size_t most,
                              const std::function<Result<void>(std::string_view line)>& take) {
  LineReader lines(std::move(bytes));
  for (std::size_t rows = 0;;) {
    const auto line = lines.next();
    if (!line) return fail(line.error().code, fmt::format("{}: {}", name, line.error().message));
    if (!*line) return {};
    std::string_view text = **line;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty() || (rows == 0 && std::ranges::find(headers, text) != headers.end())) continue;
    if (rows++ == most) {
      return fail(ErrorCode::kBadInput, fmt::format("{}: more than {} rows: take those of the run's time", name, most));
    }
    if (const Result<void> taken = take(text); !taken) {
      return fail(taken.error().code, fmt::format("{}:{}: {}", name, lines.line_number(), taken.error().message));
    }
  }
}

}  // namespace acts::backtest
