#include "history/archive/tail_download.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "acts/base/backoff.hpp"

#include "binance/rate_budget.hpp"
#include "binance/rest.hpp"
#include "history/archive/local_archive.hpp"
#include "history/archive/rest_tail.hpp"
#include "history/file_status.hpp"
#include "history/import/zip_member.hpp"
#include "recording/byte_source.hpp"
#include "recording/line_reader.hpp"

namespace acts::history::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostAnswerBytes = std::size_t{4} << 20;
constexpr std::size_t kMostLineBytes = std::size_t{64} << 10;
// Of 1000 rows: a hundred million trades in kMostTailDays days.
constexpr std::uint64_t kMostAnswers = 100'000;
constexpr std::uint64_t kMostAttempts = 8;
constexpr Nanos kSettled = std::chrono::seconds{15};  // what has just ended may not be told yet
constexpr Nanos kTick = std::chrono::milliseconds{100};

// COIN-M "General Info": as USD-M.
constexpr binance::RateBudgetConfig kCoinmBudget{.limit = 2400, .window = std::chrono::minutes{1}};

binance::RateBudget budget_of(Market market) {
  switch (market) {
    case Market::kSpot: return binance::RateBudget(Venue::kBinanceSpot);
    case Market::kUsdm: return binance::RateBudget(Venue::kBinanceUsdm);
    case Market::kCoinm: break;
  }
  return binance::RateBudget(kCoinmBudget);
}

Result<void> cancelled() { return fail(ErrorCode::kCancelled, "the download was stopped; what came of it stays"); }

std::string tail_path(const Series& series, Day day) {
  std::string name = file_name(series, Span::kDay, day);
  name.replace(name.size() - 4, 4, ".csv");
  return fmt::format("rest/{}{}", directory_of(series, Span::kDay), name);
}

// The first field of a file's last line, if that is a number.
std::optional<std::int64_t> last_number(const std::string& path) {
  auto source = is_zip(path) ? open_zip_member(path) : open_file(path);
  if (!source) return std::nullopt;
  LineReader lines(std::move(*source), kMostLineBytes);
  std::optional<std::int64_t> last;
  for (;;) {
    const auto line = lines.next();
    if (!line) return std::nullopt;
    if (!*line) return last;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars((*line)->data(), (*line)->data() + (*line)->size(), value);
    last = error == std::errc{} ? std::optional(value) : std::nullopt;
  }
}

class TailDownload {
 public:
  TailDownload(SeriesReport& report, const DownloadOptions& options, const DownloadHooks& hooks, Transfers& transfers,
               binance::RateBudget& budget, std::uint64_t& retries)
      : report_(&report),
        options_(&options),
        hooks_(&hooks),
        transfers_(&transfers),
        budget_(&budget),
        retries_(&retries),
        local_(options.data_dir, real_file_ops()) {}

  // Days from `from` on that are over at `until`, or as much of them.
  Result<void> run(Day from, UnixNanos until) {
    Day first = from;
    // A day in front of a later one's file is there to its end.
    for (Day day = from; day < std::chrono::floor<std::chrono::days>(time_of(until)) + std::chrono::days{1};
         day += std::chrono::days{1}) {
      if (fs::exists(local_.path_of(tail_path(report_->series, day)))) first = day;
    }
    RestTail tail(report_->series, first, until, last_id_before(first));
    for (std::uint64_t answers = 0; !tail.done(); ++answers) {
      if (answers == kMostAnswers) return give_up({ErrorCode::kBadInput, "its answers have no end"});
      const Result<std::string> body = ask(tail.request());
      if (!body) return give_up(body.error());
      const auto rows = tail.on_answer(*body);
      if (!rows) return give_up(rows.error());
      if (auto written = write(*rows); !written) return written;
    }
    if (auto closed = close_day(); !closed) return closed;
    report_->tail_rows = tail.rows();
    report_->tail_holes.insert(report_->tail_holes.end(), tail.holes().begin(), tail.holes().end());
    return {};
  }

 private:
  static std::chrono::sys_time<Nanos> time_of(UnixNanos at) { return std::chrono::sys_time<Nanos>{Nanos{at.value}}; }

  // What came of other days stays, of this one nothing: the next call asks again.
  Result<void> give_up(const Error& error) {
    if (error.code == ErrorCode::kCancelled || error.code == ErrorCode::kStorage) return std::unexpected(error);
    report_->problems.push_back(fmt::format("{}: {}", options_->rest_url, error.message));
    return {};
  }

  // Of aggregated trades: the last in the file of the day before.
  std::optional<std::int64_t> last_id_before(Day first) {
    if (report_->series.data_set != "aggTrades") return std::nullopt;
    const Day before = first - std::chrono::days{1};
    std::optional<std::int64_t> id = last_number(local_.path_of(tail_path(report_->series, before)));
    for (const Span span : kSpans) {
      if (id) return id;
      const Day file = span == Span::kMonth ? month_of(before) : before;
      const std::string name = file_name(report_->series, span, file);
      id = last_number(local_.path_of(directory_of(report_->series, span) + name));
    }
    if (!id) report_->tail_holes.emplace_back("whether trades are missing in front of the first cannot be told");
    return id;
  }

  Result<void> write(const std::vector<TailRow>& rows) {
    for (const TailRow& row : rows) {
      if (!part_ || row.day != day_) {
        if (auto opened = open_day(row.day); !opened) return opened;
      }
      if (auto appended = part_->append(row.line + '\n'); !appended) return appended;
    }
    return {};
  }

  Result<void> open_day(Day day) {
    if (auto closed = close_day(); !closed) return closed;
    day_ = day;
    auto part = PartFile::open(real_file_ops(), local_.path_of(tail_path(report_->series, day)) + ".part");
    if (!part) return std::unexpected(part.error());
    part_ = std::make_unique<PartFile>(std::move(*part));
    return part_->bytes() > 0 ? part_->restart() : Result<void>();
  }

  Result<void> close_day() {
    if (!part_) return {};
    const auto part = std::exchange(part_, nullptr);
    if (const auto sum = part->finish(); !sum) return std::unexpected(sum.error());
    const std::string path = local_.path_of(tail_path(report_->series, day_));
    std::error_code error;
    fs::rename(path + ".part", path, error);
    if (error) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, error.message()));
    const int status = real_file_ops().sync_directory(fs::path(path).parent_path().string());
    if (status < 0) return file_failed(path, status);
    ++report_->tail_days;
    return {};
  }

  // An answer that is one, whatever it takes within the limits.
  Result<std::string> ask(const binance::RestRequest& request) {
    Backoff backoff(options_->queue.retry_first, options_->queue.retry_cap, options_->queue.seed);
    for (;;) {
      if (auto taken = take_weight(request.weight); !taken) return std::unexpected(taken.error());
      auto answer = fetch(request.target);
      if (!answer) return std::unexpected(answer.error());
      const binance::RestVerdict verdict =
          binance::judge({answer->status, answer->body, answer->used_weight, answer->retry_after});
      if (verdict.used_weight) budget_->on_used_weight(*verdict.used_weight, hooks_->now());
      if (verdict.action == binance::RestAction::kUse) return std::move(answer->body);
      if (verdict.action == binance::RestAction::kGiveUp) return std::unexpected(binance::to_error(verdict));
      Nanos wait = std::max(backoff.next(), verdict.retry_after);
      if (verdict.action == binance::RestAction::kWaitAll) {
        budget_->on_rate_limited(verdict.retry_after, hooks_->now());
        wait = Nanos{0};  // the budget has it
      }
      if (backoff.attempts() == kMostAttempts) return fail(ErrorCode::kRetry, verdict.message);
      if (auto waited = wait_until(hooks_->now() + wait); !waited) return std::unexpected(waited.error());
      ++*retries_;
    }
  }

  Result<void> take_weight(int weight) {
    for (;;) {
      const binance::Taken taken = budget_->try_take(weight, hooks_->now());
      if (taken) return {};
      if (auto waited = wait_until(taken.error()); !waited) return waited;
    }
  }

  Result<void> wait_until(UnixNanos until) {
    while (hooks_->now() < until) {
      if (hooks_->stop()) return cancelled();
      transfers_->run(kTick);
    }
    return hooks_->stop() ? cancelled() : Result<void>();
  }

  struct Answer {
    int status = 0;
    std::string body = {};
    std::string used_weight = {};
    std::string retry_after = {};
  };

  Result<Answer> fetch(const std::string& target) {
    Answer answer;
    bool has_ended = false;
    Transfer transfer;
    transfer.url = options_->rest_url + target;
    if (report_->series.market == Market::kSpot) transfer.header = kTimeUnitHeader;
    transfer.begin = [](int) { return Result<void>(); };
    transfer.take = [&answer](std::string_view bytes) -> Result<void> {
      if (answer.body.size() + bytes.size() > kMostAnswerBytes) return fail(ErrorCode::kBadInput, "it is too long");
      answer.body += bytes;
      return {};
    };
    transfer.end = [&](const TransferEnd& end, const Result<void>& refused) {
      has_ended = true;
      // Cut, or none: as a server that failed.
      answer.status = refused && end.problem.empty() ? end.status : 500;
      answer.used_weight = end.used_weight;
      if (end.retry_after) {
        answer.retry_after = fmt::format("{}", std::chrono::ceil<std::chrono::seconds>(*end.retry_after).count());
      }
    };
    transfers_->start(std::move(transfer));
    while (!has_ended && !hooks_->stop()) transfers_->run(kTick);
    if (has_ended) return answer;
    transfers_->drop_all();
    return std::unexpected(cancelled().error());
  }

  SeriesReport* report_;
  const DownloadOptions* options_;
  const DownloadHooks* hooks_;
  Transfers* transfers_;
  binance::RateBudget* budget_;
  std::uint64_t* retries_;
  LocalArchive local_;
  Day day_{};
  std::unique_ptr<PartFile> part_;  // of day_
};

UnixNanos begin_of(Day day) { return {Nanos(day.time_since_epoch()).count()}; }

}  // namespace

Result<void> fill_tails(DownloadReport& report, const DownloadRequest& request, const DownloadOptions& options,
                        const DownloadHooks& hooks, Transfers& transfers) {
  if (!request.tail) return {};
  binance::RateBudget budget = budget_of(request.market);
  for (SeriesReport& series : report.series) {
    // Where there is none of what was asked for, all of it lies behind the archive's end.
    std::optional<Day> end = series.end_of_files();
    if (!end) end = request.from ? request.from : series.unpublished_from;
    if (!end || !has_rest_tail(series.series)) continue;
    const Day from = std::max(*end, request.from.value_or(*end));
    UnixNanos until = hooks.now() - kSettled;
    if (request.to) until = std::min(until, begin_of(*request.to));
    if (until <= begin_of(from)) continue;
    if (until - begin_of(from) > kMostTailDays * std::chrono::days{1}) {
      series.problems.push_back(fmt::format("the archive ends before {}: more than {} days are too many for REST",
                                            day_text(from), kMostTailDays));
      continue;
    }
    series.call_unpublished(*end);
    if (auto done = TailDownload(series, options, hooks, transfers, budget, report.retries).run(from, until); !done) {
      return done;
    }
  }
  return {};
}

}  // namespace acts::history::archive
