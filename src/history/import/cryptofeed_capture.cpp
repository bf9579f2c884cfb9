#include "history/import/cryptofeed_capture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "acts/base/decimal.hpp"

#include "history/import/layout.hpp"
#include "history/import/recording_rows.hpp"
#include "history/import/source_file.hpp"
#include "recording/index.hpp"
#include "recording/line_reader.hpp"
#include "recording/whole_file.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;  // of all files
constexpr int kNanoDecimals = 9;
constexpr std::int64_t kAnsweredStatus = 200;
constexpr std::string_view kStreamMark = ".ws.";

// A line "unix time: text". Nothing if it is none.
struct Stamped {
  std::int64_t ts_recv = 0;
  std::string_view text;
};
std::optional<Stamped> stamped(std::string_view line) {
  const std::size_t end = line.find(": ");
  if (end == std::string_view::npos) return std::nullopt;
  const ScaledInteger time = parse_scaled(line.substr(0, end), kNanoDecimals);
  if (time.status != DecimalStatus::kOk) return std::nullopt;
  return Stamped{time.units, line.substr(end + 2)};
}

struct Answer {
  std::int64_t ts_recv = 0;
  std::string json;
  std::string symbol;
  std::int64_t limit = 0;
  std::size_t place = 0;           // among the answers, as the files have them
  std::uint64_t lines_before = 0;  // of the connection
};

std::string_view parameter(std::string_view url, std::string_view name) {
  const std::size_t at = url.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view value = url.substr(at + name.size());
  return value.substr(0, value.find('&'));
}

// Nothing: it asks for something else than a book. Errors: kBadInput.
Result<std::optional<Answer>> answer_of(std::string_view line) {
  constexpr std::string_view kArrow = " -> ";
  const std::size_t arrow = line.find(kArrow);
  const auto told = arrow == std::string_view::npos ? std::nullopt : stamped(line.substr(arrow + kArrow.size()));
  if (!told) return fail(ErrorCode::kBadInput, "it is no line 'URL -> unix time: body'");
  const std::string_view url = line.substr(0, arrow);
  if (!url.contains("/depth?")) return std::nullopt;
  Answer answer{
      .ts_recv = told->ts_recv, .json = std::string(told->text), .symbol = std::string(parameter(url, "symbol="))};
  const std::string_view limit = parameter(url, "limit=");
  std::from_chars(limit.data(), limit.data() + limit.size(), answer.limit);
  return answer;
}

// Calls `take` with each line that is not empty, and its number. Errors: those of `take`.
template <typename Take>
Result<void> for_each_line(std::string_view text, Take take) {
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) {
      if (Result<void> taken = take(text.substr(0, end), number); !taken) return taken;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

// "DIR/BINANCE.http.0.0", … beside "DIR/BINANCE.ws.1.0".
Result<std::vector<std::string>> answer_files(const std::string& path) {
  const fs::path file(path);
  const std::string name = file.filename().string();
  const std::string front = fmt::format("{}.http.", name.substr(0, name.rfind(kStreamMark)));
  std::vector<std::string> names;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (const int status = real_file_ops().list(folder.string(), names); status < 0) {
    return fail(ErrorCode::kStorage, fmt::format("{}: {}", folder.string(), std::strerror(-status)));
  }
  std::vector<std::string> paths;
  for (const std::string& other : names) {
    if (name.contains(kStreamMark) && other.starts_with(front)) paths.push_back((folder / other).string());
  }
  return paths;
}

Result<std::vector<Answer>> read_answers(const CaptureFiles& files) {
  std::vector<Answer> answers;
  for (const auto& [name, text] : files.answers) {
    const auto read = for_each_line(text, [&](std::string_view line, std::uint64_t number) -> Result<void> {
      auto answer = answer_of(line);
      if (!answer) return fail(ErrorCode::kBadInput, fmt::format("{}:{}: {}", name, number, answer.error().message));
      if (*answer) answers.push_back(**std::move(answer));
      return {};
    });
    if (!read) return std::unexpected(read.error());
  }
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i].place = i;
  std::ranges::sort(answers, {}, [](const Answer& answer) { return std::pair(answer.ts_recv, answer.place); });
  return answers;
}

// The connection's lines as "<recv_ns> <json>", each answer in front of the first line that was received later. A line
// that is none stays as it is: the reader tells of it. The URL at the begin is left out.
class CaptureBytes final : public ByteSource {
 public:
  // `answers` is filled in with the lines before each, if it may be.
  CaptureBytes(std::unique_ptr<ByteSource> source, std::vector<Answer>& answers)
      : lines_(std::move(source), kMaxLineBytes), answers_(&answers) {}

  Result<std::size_t> read(std::span<char> out) override {
    while (at_ == text_.size()) {
      text_.clear();
      at_ = 0;
      const Result<bool> more = next_line();
      if (!more) return std::unexpected(more.error());
      if (!*more) return std::size_t{0};
    }
    const std::size_t count = std::min(out.size(), text_.size() - at_);
    std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  Result<bool> next_line() {
    if (!held_ && !has_ended_) {
      auto line = lines_.next();
      if (!line) return std::unexpected(line.error());
      if (!*line) {
        has_ended_ = true;
      } else {
        if ((*line)->empty() || (lines_.line_number() == 1 && (*line)->starts_with("wss://"))) return true;
        held_ = std::string(**line);
      }
    }
    const auto told = held_ ? stamped(*held_) : std::nullopt;
    const bool is_answer =
        taken_ < answers_->size() && (has_ended_ || (told && (*answers_)[taken_].ts_recv <= told->ts_recv));
    if (is_answer) {
      Answer& answer = (*answers_)[taken_++];
      answer.lines_before = given_++;
      fmt::format_to(std::back_inserter(text_), "{} {}\n", answer.ts_recv, answer.json);
      return true;
    }
    if (!held_) return false;
    ++given_;
    if (told) {
      fmt::format_to(std::back_inserter(text_), "{} {}\n", told->ts_recv, told->text);
    } else {
      text_ = *held_ + "\n";
    }
    held_.reset();
    return true;
  }

  LineReader lines_;
  std::vector<Answer>* answers_;
  std::size_t taken_ = 0;    // answers
  std::uint64_t given_ = 0;  // lines, answers among them
  std::optional<std::string> held_;
  bool has_ended_ = false;
  std::string text_;
  std::size_t at_ = 0;
};

Result<void> place_answers(const CaptureFiles& files, std::vector<Answer>& answers) {
  auto source = files.connection();
  if (!source) return std::unexpected(source.error());
  CaptureBytes bytes(*std::move(source), answers);
  std::vector<char> buffer(std::size_t{256} << 10);
  for (;;) {
    const Result<std::size_t> count = bytes.read(buffer);
    if (!count) return fail(count.error().code, fmt::format("{}: {}", files.name, count.error().message));
    if (*count == 0) return {};
  }
}

Result<std::string> index_of(const std::vector<Answer>& answers) {
  std::string text;
  std::uint64_t request = 0;
  for (const Answer& answer : answers) {
    const Result<void> appended = append_index_line(
        text, {answer.lines_before, UnixNanos{answer.ts_recv},
               index::RestAnswer{++request, "depth", answer.symbol, answer.limit, kAnsweredStatus, {}}});
    if (!appended) return std::unexpected(appended.error());
  }
  return text;
}

// What the readers of one capture share.
struct Capture {
  CaptureFiles files;
  std::vector<Answer> answers;
  std::string index;
};

}  // namespace

bool is_cryptofeed(std::string_view /*path*/, std::string_view head) {
  return first_line_of(head).starts_with("wss://");
}

Result<Venue> venue_of_cryptofeed(const std::string& path) {
  const std::string head = head_of(path);
  const std::string_view url = first_line_of(head);
  if (url.starts_with("wss://stream.binance.com")) return Venue::kBinanceSpot;
  if (url.starts_with("wss://fstream.binance.com")) return Venue::kBinanceUsdm;
  return fail(ErrorCode::kUsage, fmt::format("{}: it is no capture of Binance spot or USD-M, but of {}", path,
                                             shown_text(url.substr(0, url.find('/', 6)))));
}

Result<OpenRecording> open_cryptofeed(const std::string& path) {
  CaptureFiles files{.name = path, .connection = [path] { return open_any_source(path); }};
  const auto paths = answer_files(path);
  if (!paths) return std::unexpected(paths.error());
  std::size_t left = kMaxAnswerBytes;
  for (const std::string& file : *paths) {
    Result<std::string> text = read_whole_file(file, left);
    if (!text) return std::unexpected(text.error());
    left -= text->size();
    files.answers.emplace_back(file, *std::move(text));
  }
  return open_cryptofeed(std::move(files));
}

Result<OpenRecording> open_cryptofeed(CaptureFiles files) {
  auto answers = read_answers(files);
  if (!answers) return std::unexpected(answers.error());
  if (Result<void> placed = place_answers(files, *answers); !placed) return std::unexpected(placed.error());
  auto index = index_of(*answers);
  if (!index) return std::unexpected(index.error());
  files.answers.clear();
  const auto capture = std::make_shared<Capture>(Capture{std::move(files), *std::move(answers), *std::move(index)});
  const auto log = [capture]() -> Result<std::unique_ptr<ByteSource>> {
    auto source = capture->files.connection();
    if (!source) return source;
    return std::make_unique<CaptureBytes>(*std::move(source), capture->answers);
  };
  const auto index_bytes = [capture]() -> Result<std::unique_ptr<ByteSource>> {
    return read_from_memory(capture->index);
  };
  return OpenRecording([capture, log, index_bytes]() -> Result<RecordingReader> {
    const std::string& name = capture->files.name;
    return RecordingReader({{name, log, fmt::format("{} (answers)", name), index_bytes}});
  });
}

Result<std::unique_ptr<OpenedSource>> open_cryptofeed_source(const std::string& path, const SourceHints& hints) {
  const Result<Venue> venue = venue_of_cryptofeed(path);
  if (!venue) return std::unexpected(venue.error());
  auto open = open_cryptofeed(path);
  if (!open) return std::unexpected(open.error());
  return open_recording_source(path, *std::move(open), *venue, hints, DataSet::kCryptofeed);
}

}  // namespace acts::history
