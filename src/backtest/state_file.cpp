#include "backtest/state_file.hpp"

#include <fmt/format.h>

#include "history/output_file.hpp"
#include "history/signature.hpp"
#include "recording/whole_file.hpp"

namespace acts::backtest {
namespace {

constexpr std::string_view kStateBegin = "acts strategy state 1\n";

// Up to the next line's end, which is taken with it; nothing if there is none.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string state_text(std::string_view strategy, std::string_view state) {
  return fmt::format("{}{}\n{}\n{}", kStateBegin, strategy, history::sha256_of(state), state);
}

Result<std::string_view> parse_state(std::string_view text, std::string_view strategy) {
  if (!text.starts_with(kStateBegin)) {
    return fail(ErrorCode::kBadInput, "it is no state of a strategy: take what --save-state wrote");
  }
  text.remove_prefix(kStateBegin.size());
  const std::string_view name = take_line(text);
  const std::string_view sum = take_line(text);
  if (sum.empty() || history::sha256_of(text) != sum) {
    return fail(ErrorCode::kBadInput, "the strategy's state is cut or damaged: take another copy");
  }
  if (name != strategy) {
    return fail(ErrorCode::kUsage, fmt::format("it is the state of strategy '{}', and this is '{}'", name, strategy));
  }
  return text;
}

Result<void> write_state(FileOps& ops, const std::string& path, std::string_view strategy, std::string_view state) {
  if (state.size() > kMostStateBytes) {
    return fail(ErrorCode::kUsage, fmt::format("{}: the strategy's state has {} bytes: {} at most are kept", path,
                                               state.size(), kMostStateBytes));
  }
  Result<history::OutputFile> file = history::OutputFile::create(ops, path);
  if (!file) return std::unexpected(file.error());
  if (Result<void> written = file->write(state_text(strategy, state)); !written) return written;
  return file->finish();
}

Result<std::string> read_state(const std::string& path, std::string_view strategy) {
  constexpr std::size_t kMostHeadBytes = 4096;
  const Result<std::string> text = read_whole_file(path, kMostStateBytes + kMostHeadBytes);
  if (!text) return std::unexpected(text.error());
  const Result<std::string_view> state = parse_state(*text, strategy);
  if (!state) return fail(state.error().code, fmt::format("{}: {}", path, state.error().message));
  return std::string(*state);
}

}  // namespace acts::backtest
