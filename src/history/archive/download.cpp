#include "history/archive/download.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "acts/base/assert.hpp"
#include "acts/base/nearest_name.hpp"

#include "binance/url_text.hpp"
#include "history/archive/tail_download.hpp"
#include "recording/layout.hpp"

namespace acts::history::archive {
namespace {

// Pages of 1000 keys: no folder of the archive has as many.
constexpr std::size_t kMostPages = 100;
constexpr std::size_t kMostChecksumBytes = 4096;
constexpr std::uint64_t kMostFileBytes = std::uint64_t{64} << 30;  // of one whose size is not listed
constexpr Nanos kTick = std::chrono::milliseconds{100};
constexpr std::uint64_t kListingAttempts = 5;

bool is_pattern(std::string_view symbol) { return symbol.find_first_of("*?[") != std::string_view::npos; }

Result<void> cancelled() { return fail(ErrorCode::kCancelled, "the download was stopped; what came of it stays"); }

class Lister {
 public:
  Lister(const DownloadOptions& options, const DownloadHooks& hooks, Transfers& transfers)
      : options_(options), hooks_(hooks), transfers_(transfers) {}

  // All pages.
  Result<ListingPage> list(const std::string& prefix) {
    ListingPage all;
    std::string marker;
    for (std::size_t pages = 0; pages < kMostPages; ++pages) {
      auto page = read(prefix, marker);
      if (!page) return page;
      std::ranges::move(page->objects, std::back_inserter(all.objects));
      std::ranges::move(page->folders, std::back_inserter(all.folders));
      if (page->next_marker.empty()) return all;
      if (page->next_marker <= marker) break;
      marker = std::move(page->next_marker);
    }
    return fail(ErrorCode::kBadInput, fmt::format("the archive's listing of '{}' has no end", prefix));
  }

 private:
  Result<ListingPage> read(const std::string& prefix, const std::string& marker) {
    const std::string url = options_.address.listing + "/" + listing_query(prefix, marker);
    Backoff backoff(options_.queue.retry_first, options_.queue.retry_cap, options_.queue.seed);
    for (;;) {
      if (hooks_.stop()) return std::unexpected(cancelled().error());
      const auto text = fetch_text(transfers_, url, kMostListingBytes, hooks_.stop);
      auto page = text ? parse_listing(*text, prefix) : std::unexpected(text.error());
      if (page || page.error().code == ErrorCode::kUsage) return page;
      if (page.error().code == ErrorCode::kCancelled) return std::unexpected(cancelled().error());
      const Nanos wait = backoff.next();
      if (backoff.attempts() == kListingAttempts) {
        return fail(ErrorCode::kRetry, fmt::format("{}: {}: try again later, or name a mirror with --base-url",
                                                   options_.address.listing, page.error().message));
      }
      const UnixNanos until = hooks_.now() + wait;
      while (hooks_.now() < until && !hooks_.stop()) transfers_.run(kTick);
    }
  }

  const DownloadOptions& options_;
  const DownloadHooks& hooks_;
  Transfers& transfers_;
};

// Every symbol of which there is such a file.
Result<std::vector<std::string>> listed_symbols(Lister& lister, const DownloadRequest& request,
                                                const ArchiveAddress& address) {
  std::set<std::string> symbols;
  for (const Span span : kSpans) {
    if (!has_span({request.market, request.data_set, {}, request.interval}, span)) continue;
    const std::string directory = symbols_directory(request.market, request.data_set, span);
    auto page = lister.list(directory);
    if (!page && page.error().code == ErrorCode::kUsage) {
      return fail(ErrorCode::kUsage, fmt::format("{} does not list what it has ({}): name each symbol", address.listing,
                                                 page.error().message));
    }
    if (!page) return std::unexpected(page.error());
    for (const std::string_view folder : page->folders) {
      std::string_view symbol = folder.substr(directory.size());
      if (symbol.ends_with('/')) symbol.remove_suffix(1);
      // A folder of ours gets its name.
      if (is_segment_name(symbol)) symbols.emplace(symbol);
    }
  }
  return std::vector<std::string>(symbols.begin(), symbols.end());
}

Result<std::vector<std::string>> wanted_symbols(Lister& lister, const DownloadRequest& request,
                                                const ArchiveAddress& address) {
  std::vector<std::string> wanted;
  std::optional<std::vector<std::string>> listed;
  for (const std::string& symbol : request.symbols) {
    if (!is_pattern(symbol)) {
      if (!is_segment_name(symbol)) return fail(ErrorCode::kUsage, fmt::format("'{}' is no symbol", symbol));
      wanted.push_back(symbol);
      continue;
    }
    if (!listed) {
      auto all = listed_symbols(lister, request, address);
      if (!all) return all;
      listed = std::move(*all);
    }
    const std::size_t before = wanted.size();
    std::ranges::copy_if(*listed, std::back_inserter(wanted),
                         [&](const std::string& name) { return ::fnmatch(symbol.c_str(), name.c_str(), 0) == 0; });
    if (wanted.size() == before) {
      return fail(ErrorCode::kUsage, fmt::format("'{}' means none of the {} symbols with {} of market {}", symbol,
                                                 listed->size(), request.data_set, to_string(request.market)));
    }
  }
  std::set<std::string> seen;
  std::erase_if(wanted, [&](const std::string& symbol) { return !seen.insert(symbol).second; });
  return wanted;
}

// Of a mirror that does not list: what would be there, if it has all.
PublishedFiles presumed_files(const Series& series, Day from, Day to) {
  PublishedFiles files;
  const bool has_days = has_span(series, Span::kDay);
  for (Day month = month_of(from); has_span(series, Span::kMonth) && month < to; month = next_month(month)) {
    if (!has_days || (month >= from && next_month(month) <= to)) files.months[month] = {};
  }
  for (Day day = from; has_days && day < to; day += std::chrono::days{1}) files.days[day] = {};
  return files;
}

class Download {
 public:
  Download(const DownloadRequest& request, const DownloadOptions& options, const DownloadHooks& hooks)
      : request_(request),
        options_(options),
        hooks_(hooks),
        transfers_(options.transfers),
        lister_(options, hooks, transfers_),
        local_(options.data_dir, real_file_ops()) {}

  Result<DownloadReport> run() {
    if (auto sound = check_series({request_.market, request_.data_set, {}, request_.interval}); !sound) {
      return std::unexpected(sound.error());
    }
    if (!options_.dry_run) {
      auto lock = lock_archive(real_file_ops(), options_.data_dir);
      if (!lock) return std::unexpected(lock.error());
      lock_.emplace(std::move(*lock));
    }
    const auto symbols = wanted_symbols(lister_, request_, options_.address);
    if (!symbols) return std::unexpected(symbols.error());
    for (const std::string& symbol : *symbols) {
      if (auto planned = plan(symbol); !planned) return std::unexpected(planned.error());
    }
    if (options_.dry_run) return dry_report();
    if (auto fetched = fetch(); !fetched) return std::unexpected(fetched.error());
    if (auto filled = fetch_days_of_missing_months(); !filled) return std::unexpected(filled.error());
    if (auto filled = fill_tails(report_, request_, options_, hooks_, transfers_); !filled) {
      return std::unexpected(filled.error());
    }
    return std::move(report_);
  }

 private:
  // Of the series that is at that place in the report.
  struct Place {
    std::size_t series;
    std::size_t file;
  };

  [[nodiscard]] Day today() const {
    return std::chrono::floor<std::chrono::days>(std::chrono::sys_time<Nanos>{Nanos{hooks_.now().value}});
  }

  Result<void> plan(const std::string& symbol) {
    const Series series{request_.market, request_.data_set, symbol, request_.interval};
    PublishedFiles files;
    for (const Span span : kSpans) {
      if (!has_span(series, span)) continue;
      const auto page = lister_.list(directory_of(series, span));
      if (!page && page.error().code != ErrorCode::kUsage) return std::unexpected(page.error());
      if (!page) return plan_without_listing(series, page.error().message);
      add_listed(files, series, span, page->objects);
    }
    if (files.empty()) {
      std::string what =
          fmt::format("the archive has no {}{}{} of {} in market {}", request_.data_set,
                      request_.interval.empty() ? "" : " ", request_.interval, symbol, to_string(request_.market));
      if (std::ranges::count(request_.symbols, symbol) > 0) return fail(ErrorCode::kUsage, std::move(what));
      hooks_.warn(what);  // one of those that a pattern means
      return {};
    }
    DownloadPlan wanted = plan_download(files, request_.from, request_.to, first_day_to_come(series, today()));
    if (has_span(series, Span::kDay) && !options_.dry_run) {
      ask_behind_listing(wanted, files, request_.from, request_.to, today());
    }
    return add(series, wanted);
  }

  Result<void> plan_without_listing(const Series& series, const std::string& why) {
    // With a tail: up to today, whose file nobody has yet.
    if (!request_.from || (!request_.to && !request_.tail)) {
      return fail(ErrorCode::kUsage, fmt::format("{} does not list what it has ({}): name the days with --from{}",
                                                 options_.address.listing, why, request_.tail ? "" : " and --to"));
    }
    const Day to = request_.to.value_or(std::max(today(), *request_.from));
    hooks_.warn(
        fmt::format("{} does not list what it has ({}): every file is asked for", options_.address.listing, why));
    is_presumed_ = true;
    const PublishedFiles presumed = presumed_files(series, *request_.from, to);
    return add(series, plan_download(presumed, request_.from, to, first_day_to_come(series, today())));
  }

  Result<void> add(const Series& series, const DownloadPlan& plan) {
    SeriesReport report;
    report.series = series;
    report.missing = plan.missing;
    report.begin = plan.begin;
    report.before_begin = plan.before_begin;
    report.unpublished_from = plan.unpublished_from;
    report.unpublished = plan.unpublished;
    report_.series.push_back(std::move(report));
    return add_files(report_.series.size() - 1, plan.files);
  }

  Result<void> add_files(std::size_t at, const std::vector<PlannedFile>& files) {
    SeriesReport& report = report_.series[at];
    for (const PlannedFile& file : files) {
      WantedFile wanted;
      wanted.path = directory_of(report.series, file.span) + file_name(report.series, file.span, file.first);
      wanted.bytes = file.published.bytes;
      wanted.version = file.published.version;
      wanted.is_guess = file.is_guess;
      auto local = local_.look(wanted.path);
      if (!local) return std::unexpected(local.error());
      wanted.local = std::move(*local);
      places_.push_back({at, report.files.size()});
      planned_.push_back(file);
      report.files.push_back(std::move(wanted));
      report.states.push_back(FileState::kWaiting);
    }
    return {};
  }

  DownloadReport dry_report() {
    for (SeriesReport& series : report_.series) {
      for (std::size_t i = 0; i < series.files.size(); ++i) {
        const WantedFile& file = series.files[i];
        const bool is_there = file.local.is_whole && (file.version.empty() || file.version == file.local.version);
        if (is_there) series.states[i] = FileState::kUnchanged;
      }
    }
    return std::move(report_);
  }

  // All that have been planned since the last call.
  Result<void> fetch() {
    std::vector<WantedFile> files;
    files.reserve(places_.size());
    for (const Place& place : places_) files.push_back(report_.series[place.series].files[place.file]);
    DownloadQueue queue(files, options_.queue);
    queue_ = &queue;
    running_ = std::vector<Running>(files.size());
    progress_ = {.files = files.size()};
    for (const WantedFile& file : files) progress_.all_bytes += file.bytes;
    while (!queue.done() && !failed_) {
      if (hooks_.stop()) return cancelled();
      while (auto request = queue.next(hooks_.now())) start(*request, files[request->file]);
      if (queue.done()) break;
      transfers_.run(kTick);
      tell_progress(files);
    }
    if (failed_) return *failed_;
    tell_progress(files);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      SeriesReport& series = report_.series[places_[i].series];
      series.states[places_[i].file] = queue.state(i);
      if (queue.state(i) == FileState::kFailed) {
        series.problems.push_back(fmt::format("{}: {}", files[i].path, queue.problem(i)));
      }
    }
    report_.retries += queue.retries();
    return {};
  }

  // Without a listing: what a month has not as one file, it may have by days.
  Result<void> fetch_days_of_missing_months() {
    if (!is_presumed_) {
      note_missing();
      return {};
    }
    const std::vector<Place> asked = std::exchange(places_, {});
    const std::vector<PlannedFile> planned = std::exchange(planned_, {});
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const SeriesReport& series = report_.series[asked[i].series];
      if (series.states[asked[i].file] != FileState::kMissing || planned[i].span != Span::kMonth ||
          !has_span(series.series, Span::kDay)) {
        continue;
      }
      std::vector<PlannedFile> days;
      for (Day day = planned[i].first; day < next_month(planned[i].first); day += std::chrono::days{1}) {
        days.push_back({Span::kDay, day, {}});
      }
      if (auto added = add_files(asked[i].series, days); !added) return added;
    }
    const bool more = !places_.empty();
    if (more) {
      if (auto fetched = fetch(); !fetched) return fetched;
    }
    places_.insert(places_.begin(), asked.begin(), asked.end());
    planned_.insert(planned_.begin(), planned.begin(), planned.end());
    note_missing();
    return {};
  }

  // Days whose files were planned and are not there after all; those of a month that was asked for by days, once.
  void note_missing() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      SeriesReport& series = report_.series[places_[i].series];
      if (series.states[places_[i].file] != FileState::kMissing) continue;
      if (!planned_[i].published.version.empty()) {
        hooks_.warn(fmt::format("{} is listed, and not to be had", series.files[places_[i].file].path));
      }
      if (planned_[i].is_guess && !request_.to) continue;  // all there is was asked for, and it is not there
      const bool is_month = planned_[i].span == Span::kMonth;
      if (is_month && is_presumed_ && has_span(series.series, Span::kDay)) continue;
      const Day end = is_month ? next_month(planned_[i].first) : planned_[i].first + std::chrono::days{1};
      for (Day day = planned_[i].first; day < end; day += std::chrono::days{1}) series.missing.push_back(day);
    }
    const bool has_guesses = std::ranges::any_of(planned_, &PlannedFile::is_guess);
    for (SeriesReport& series : report_.series) {
      std::ranges::sort(series.missing);
      if (!is_presumed_ && !has_guesses) continue;
      const Day end = series.end_of_files().value_or(Day::min());
      series.call_unpublished(std::max(end, first_day_to_come(series.series, today())));
    }
  }

  // A request that is under way.
  struct Running {
    std::unique_ptr<PartFile> part;
    bool is_body = false;  // what comes is of the file, not of an error
    std::string checksum;  // the text of the file's
    std::string sha256;
  };

  [[nodiscard]] std::string url_of(std::string_view path) const {
    std::string url = options_.address.files + "/";
    binance::append_percent_encoded(url, path, "/");
    return url;
  }

  void start(const Request& request, const WantedFile& file) {
    if (request.what == What::kChecksum) return start_checksum(request.file, file);
    start_body(request, file);
  }

  void start_checksum(FileIndex index, const WantedFile& file) {
    running_[index] = {};
    Transfer transfer;
    transfer.url = url_of(file.path) + ".CHECKSUM";
    transfer.begin = [](int) { return Result<void>(); };
    transfer.take = [this, index](std::string_view bytes) -> Result<void> {
      std::string& text = running_[index].checksum;
      if (text.size() + bytes.size() > kMostChecksumBytes) return fail(ErrorCode::kBadInput, "it is too long");
      text += bytes;
      return {};
    };
    transfer.end = [this, index, &file](const TransferEnd& end, const Result<void>& refused) {
      Answer answer{.status = end.status, .problem = end.problem, .retry_after = end.retry_after};
      if (!refused) answer.problem = "its checksum file is too long";
      answer.body = running_[index].checksum;
      queue_->on_checksum(index, answer, hooks_.now());
      if (queue_->state(index) != FileState::kUnchanged) return;
      stop_if_failed(local_.note_unchanged(file.path, running_[index].checksum, file.version, file.bytes));
    };
    transfers_.start(std::move(transfer));
  }

  void start_body(const Request& request, const WantedFile& file) {
    const FileIndex index = request.file;
    Running& running = running_[index];
    running.sha256 = request.sha256;
    if (request.offset == 0) stop_if_failed(local_.remove_parts(file.path, {}));
    auto part = PartFile::open(real_file_ops(), local_.part_path(file.path, request.sha256));
    if (!part) {
      stop_if_failed(std::unexpected(part.error()));
      return queue_->fail(index, part.error().message);
    }
    running.part = std::make_unique<PartFile>(std::move(*part));
    Transfer transfer;
    transfer.url = url_of(file.path);
    transfer.offset = running.part->bytes();
    transfer.begin = [this, index](int status) -> Result<void> {
      Running& of = running_[index];
      of.is_body = status == 200 || status == 206;
      if (status == 200 && of.part->bytes() > 0) return of.part->restart();  // the server sends all of it
      return {};
    };
    transfer.take = [this, index, &file](std::string_view bytes) -> Result<void> { return take(index, file, bytes); };
    transfer.end = [this, index, &file](const TransferEnd& end, const Result<void>& refused) {
      end_body(index, file, end, refused);
    };
    transfers_.start(std::move(transfer));
  }

  Result<void> take(FileIndex index, const WantedFile& file, std::string_view bytes) {
    if (!running_[index].is_body) return {};
    PartFile& part = *running_[index].part;
    report_.bytes += bytes.size();
    // A body that does not end would fill the disk.
    const std::uint64_t most = file.bytes > 0 ? file.bytes : kMostFileBytes;
    if (part.bytes() + bytes.size() > most) {
      return fail(ErrorCode::kBadInput, fmt::format("it sends more than the {} bytes that the file has at most", most));
    }
    return part.append(bytes);
  }

  void end_body(FileIndex index, const WantedFile& file, const TransferEnd& end, const Result<void>& refused) {
    const auto part = std::move(running_[index].part);
    if (!refused && refused.error().code == ErrorCode::kStorage) {
      stop_if_failed(refused);
      return queue_->fail(index, refused.error().message);
    }
    Answer answer{.status = end.status, .problem = end.problem, .retry_after = end.retry_after};
    if (!refused) answer.problem = refused.error().message;
    answer.part_bytes = part->bytes();
    // Of a part that was cut there is no sum yet; one that is refused as too long may be whole.
    const bool may_be_whole = answer.problem.empty() || !refused;
    const auto sum = may_be_whole ? part->finish() : Result<std::string>("");
    if (!may_be_whole) stop_if_failed(part->leave());
    if (!sum) {
      stop_if_failed(std::unexpected(sum.error()));
      return queue_->fail(index, sum.error().message);
    }
    switch (queue_->on_body(index, answer, *sum, hooks_.now())) {
      case Verdict::kKeep: keep(index, file); break;
      case Verdict::kThrowAway: stop_if_failed(local_.remove_parts(file.path, {})); break;
      case Verdict::kGoOn: break;
    }
  }

  void keep(FileIndex index, const WantedFile& file) {
    const Running& running = running_[index];
    const auto kept = local_.keep(file.path, running.sha256, running.checksum, file.version, file.bytes);
    if (kept) return queue_->kept(index);
    stop_if_failed(kept);
    queue_->fail(index, kept.error().message);
  }

  // A disk that fails one file fails the next one too.
  void stop_if_failed(const Result<void>& done) {
    if (!done && !failed_) failed_ = done;
  }

  void tell_progress(const std::vector<WantedFile>& files) {
    progress_.done = 0;
    progress_.bytes = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const FileState state = queue_->state(i);
      const bool is_open = state == FileState::kWaiting || state == FileState::kFetching;
      if (!is_open) ++progress_.done;
      progress_.bytes += is_open && running_[i].part ? running_[i].part->bytes() : is_open ? 0 : files[i].bytes;
    }
    hooks_.progress(progress_);
  }

  const DownloadRequest& request_;
  const DownloadOptions& options_;
  const DownloadHooks& hooks_;
  std::vector<Running> running_;
  Transfers transfers_;
  Lister lister_;
  LocalArchive local_;
  std::optional<FileLock> lock_;
  DownloadReport report_;
  std::vector<Place> places_;         // of what is being fetched
  std::vector<PlannedFile> planned_;  // the same files
  DownloadQueue* queue_ = nullptr;
  DownloadProgress progress_;
  std::optional<Result<void>> failed_;
  bool is_presumed_ = false;
};

}  // namespace

ArchiveAddress address_at(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const ArchiveAddress own;
  return url == own.files ? own : ArchiveAddress{url, url};
}

std::optional<Day> SeriesReport::end_of_files() const {
  std::optional<Day> end;
  for (std::size_t i = 0; i < files.size(); ++i) {
    // Of a mirror that does not list, most of what was asked for at its end is not there yet.
    if (states[i] == FileState::kMissing) continue;
    const std::string& path = files[i].path;
    const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
    for (const Span span : kSpans) {
      const auto first = first_day_of(series, span, name);
      if (!first) continue;
      const Day behind = span == Span::kMonth ? next_month(*first) : *first + std::chrono::days{1};
      end = std::max(end.value_or(behind), behind);
    }
  }
  return end;
}

void SeriesReport::call_unpublished(Day from) {
  const auto first = std::ranges::lower_bound(missing, from);
  if (first == missing.end()) return;
  unpublished_from = std::min(unpublished_from.value_or(*first), *first);
  unpublished += missing.end() - first;
  missing.erase(first, missing.end());
}

std::uint64_t DownloadReport::count(FileState state) const {
  std::uint64_t count = 0;
  for (const SeriesReport& one : series) count += static_cast<std::uint64_t>(std::ranges::count(one.states, state));
  return count;
}

Result<DownloadReport> download(const DownloadRequest& request, const DownloadOptions& options,
                                const DownloadHooks& hooks) {
  return Download(request, options, hooks).run();
}

}  // namespace acts::history::archive
