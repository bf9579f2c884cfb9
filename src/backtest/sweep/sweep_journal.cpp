#include "backtest/sweep/sweep_journal.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <span>
#include <utility>

#include "acts/base/ratio.hpp"

#include "history/signature.hpp"
#include "recording/byte_source.hpp"
#include "recording/line_reader.hpp"

namespace acts::backtest {
namespace {

constexpr std::string_view kFirstWord = "acts-sweep-1";
// In place of the rows of a set that has failed.
constexpr std::string_view kFailedWord = "failed";
constexpr std::size_t kSumDigits = 16;
// Of a run over 270 years of days, or three days of minutes.
constexpr std::size_t kMostCloses = 110'000;

std::string line_sum(std::string_view text) { return history::sha256_of(text).substr(0, kSumDigits); }

std::array<Decimal*, 7> decimals_of(SetTotals& totals) {
  return {&totals.position, &totals.balance,      &totals.fee,     &totals.funding,
          &totals.equity,   &totals.max_drawdown, &totals.turnover};
}

// Cuts words off the front.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}
  [[nodiscard]] std::string_view rest() const { return text_; }
  std::string_view next() {
    const std::size_t end = text_.find(' ');
    const std::string_view word = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    return word;
  }
  template <typename Number>
  bool take(Number& number) {
    const std::string_view word = next();
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc{} && end == word.data() + word.size();
  }
  [[nodiscard]] bool is_empty() const { return text_.empty(); }

 private:
  std::string_view text_;
};

// Times as RunCloses has them.
bool take_closes(Words& words, RunCloses::Chosen& chosen) {
  std::int64_t period = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::size_t count = 0;
  if (!words.take(period) || !words.take(first) || !words.take(last) || !words.take(count)) return false;
  chosen.period = Nanos{period};
  if (count == 0) return words.is_empty();
  // As wide apart as a feed's times can be, so that sums of them are still times.
  constexpr std::int64_t kMostTime = 7'300'000'000'000'000'000;
  if (period <= 0 || first < 0 || last < first || last > kMostTime || period > kMostTime || count > kMostCloses) {
    return false;
  }
  Closes& closes = chosen.closes;
  closes.times.push_back({first});
  for (UnixNanos at = next_multiple({first}, chosen.period); at.value < last; at = at + chosen.period) {
    if (closes.times.size() == count) return false;
    closes.times.push_back(at);
  }
  if (last > first) closes.times.push_back({last});
  if (closes.times.size() != count) return false;
  closes.values.resize(count);
  for (double& value : closes.values) {
    if (!words.take(value) || !std::isfinite(value)) return false;
  }
  return words.is_empty();
}

}  // namespace

std::string journal_line(const JournalEntry& entry) {
  SetTotals totals = entry.totals;
  if (!entry.error.empty()) {
    const std::string failed = fmt::format("{} {} {}", entry.number, kFailedWord, entry.error);
    return fmt::format("{} {}", line_sum(failed), failed);
  }
  std::string text = fmt::format("{} {} {} {}", entry.number, totals.rows, totals.orders, totals.fills);
  for (const Decimal* const decimal : decimals_of(totals)) text += fmt::format(" {}", to_string(*decimal));
  const Closes& closes = totals.closes.closes;
  const bool is_empty = closes.times.empty();
  text += fmt::format(" {} {} {} {}", totals.closes.period.count(), is_empty ? 0 : closes.times.front().value,
                      is_empty ? 0 : closes.times.back().value, closes.values.size());
  for (const double value : closes.values) text += fmt::format(" {}", shortest_text(value));
  return fmt::format("{} {}", line_sum(text), text);
}

std::optional<JournalEntry> parse_journal_line(std::string_view line) {
  if (line.size() <= kSumDigits || line[kSumDigits] != ' ') return std::nullopt;
  const std::string_view text = line.substr(kSumDigits + 1);
  if (line.substr(0, kSumDigits) != line_sum(text)) return std::nullopt;
  Words words(text);
  JournalEntry entry;
  SetTotals& totals = entry.totals;
  if (!words.take(entry.number) || entry.number == 0) return std::nullopt;
  if (Words error = words; error.next() == kFailedWord) {
    entry.error = error.rest();
    return entry.error == failure_line(entry.error) ? std::optional(std::move(entry)) : std::nullopt;
  }
  if (!words.take(totals.rows) || !words.take(totals.orders) || !words.take(totals.fills)) return std::nullopt;
  for (Decimal* const decimal : decimals_of(totals)) {
    const Result<Decimal> parsed = parse_decimal(words.next());
    if (!parsed) return std::nullopt;
    *decimal = *parsed;
  }
  if (!take_closes(words, totals.closes)) return std::nullopt;
  return entry;
}

namespace {

// A journal whose sweep was ended before a set of it was done.
bool is_without_sets(std::string_view first, LineReader& lines) {
  if (!first.starts_with(kFirstWord)) return false;
  const auto second = lines.next();
  return !second || !*second || !parse_journal_line(**second);
}

}  // namespace

std::unexpected<Error> SweepJournal::failed(std::string_view what, std::int64_t status) const {
  return fail(ErrorCode::kStorage, fmt::format("{}: {}: {}", path_, what, std::strerror(static_cast<int>(-status))));
}

Result<SweepJournal> SweepJournal::open(FileOps& ops, const std::string& path, const std::string& identity) {
  const std::filesystem::path absolute = std::filesystem::absolute(path).lexically_normal();
  Result<FileLock> lock = FileLock::take(ops, absolute.parent_path().string(), absolute.filename().string() + ".lock",
                                         ": it runs this sweep: wait for it, or name another --output");
  if (!lock) return std::unexpected(lock.error());
  SweepJournal journal(ops, absolute.string(), *std::move(lock));
  const Result<void> ready = ops.exists(journal.path_) ? journal.find_end(identity) : journal.begin(identity);
  if (!ready) return std::unexpected(ready.error());
  return journal;
}

SweepJournal::SweepJournal(SweepJournal&& other) noexcept
    : ops_(other.ops_),
      path_(std::move(other.path_)),
      lock_(std::move(other.lock_)),
      fd_(std::exchange(other.fd_, -1)),
      end_(other.end_),
      tail_(std::move(other.tail_)),
      numbers_(std::move(other.numbers_)),
      failures_(std::move(other.failures_)) {}

SweepJournal::~SweepJournal() {
  if (fd_ < 0) return;
  if (numbers_.empty()) {
    remove_files();
  } else {
    ops_->close(fd_);
  }
}

Result<void> SweepJournal::begin(const std::string& identity) {
  fd_ = ops_->create(path_);
  if (fd_ < 0) return failed("it cannot be made", fd_);
  tail_ = fmt::format("{} {}\n", kFirstWord, identity);
  if (Result<void> written = sync(); !written) return written;
  const int status = ops_->sync_directory(std::filesystem::path(path_).parent_path().string());
  return status < 0 ? failed("its folder cannot be synced", status) : Result<void>();
}

// A process that was ended while it began has left less than a first line: that is begun again.
Result<void> SweepJournal::find_end(const std::string& identity) {
  const std::string first = fmt::format("{} {}", kFirstWord, identity);
  Result<std::unique_ptr<ByteSource>> source = open_file(path_);
  if (!source) return fail(ErrorCode::kStorage, source.error().message);
  LineReader lines(*std::move(source), kMostLineBytes);
  std::uint64_t last = 0;    // where the last line begins,
  bool last_failed = false;  // and what it is of
  for (bool is_first = true;; is_first = false) {
    const auto line = lines.next();
    if (!line || !*line) break;
    if (is_first && **line != first) {
      if (first.starts_with(**line) || is_without_sets(**line, lines)) break;
      return fail(ErrorCode::kUsage,
                  fmt::format("{}: it is of another sweep (other data, configuration or version): run that one to its "
                              "end, remove the file, or name another --output",
                              path_));
    }
    if (!is_first) {
      const auto entry = parse_journal_line(**line);
      if (!entry) break;
      note(*entry);
      last_failed = !entry->error.empty();
    }
    last = std::exchange(end_, end_ + (*line)->size() + 1);
  }
  // Of the last line the end may be missing.
  std::error_code unknown;
  if (const std::uintmax_t size = std::filesystem::file_size(path_, unknown); !unknown && end_ > size) {
    end_ = numbers_.empty() ? 0 : last;
    if (!numbers_.empty()) numbers_.pop_back();
    if (last_failed && --failures_.count == 0) failures_ = {};
  }
  fd_ = ops_->reopen(path_);
  if (fd_ < 0) return failed("it cannot be written", fd_);
  if (end_ == 0) tail_ = first + "\n";
  return sync();
}

void SweepJournal::add(const JournalEntry& entry) {
  tail_ += journal_line(entry) + "\n";
  note(entry);
}

void SweepJournal::note(const JournalEntry& entry) {
  numbers_.push_back(entry.number);
  if (!entry.error.empty()) failures_.add(entry.number, entry.error);
}

Result<void> SweepJournal::sync() {
  for (std::size_t written = 0; written < tail_.size();) {
    const std::int64_t status = ops_->write_at(fd_, std::string_view(tail_).substr(written), end_ + written);
    if (status < 0) return failed("cannot write", status);
    written += static_cast<std::size_t>(status);
  }
  if (const int status = ops_->sync(fd_); status < 0) return failed("cannot sync", status);
  end_ += tail_.size();
  tail_.clear();
  return {};
}

Result<void> SweepJournal::read(const std::function<Result<void>(JournalEntry)>& take) const {
  Result<std::unique_ptr<ByteSource>> source = open_file(path_);
  if (!source) return fail(ErrorCode::kStorage, source.error().message);
  LineReader lines(*std::move(source), kMostLineBytes);
  for (std::uint64_t read = 0; read < end_;) {
    const auto line = lines.next();
    if (!line) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path_, line.error().message));
    const bool is_header = read == 0;
    auto entry = *line && !is_header ? parse_journal_line(**line) : std::nullopt;
    if (!*line || (!is_header && !entry)) {
      return fail(ErrorCode::kStorage, fmt::format("{}: it has been changed by somebody else", path_));
    }
    read += (*line)->size() + 1;
    if (!entry) continue;
    if (Result<void> taken = take(*std::move(entry)); !taken) return taken;
  }
  return {};
}

int SweepJournal::remove_files() {
  ops_->close(std::exchange(fd_, -1));
  const int status = ops_->remove(path_);
  ops_->remove(path_ + ".lock");
  return status;
}

Result<void> SweepJournal::remove() {
  const int status = remove_files();
  return status < 0 ? failed("it cannot be removed", status) : Result<void>();
}

}  // namespace acts::backtest
