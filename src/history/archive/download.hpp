// Downloads from the public archive, or a mirror of it, into DIR/archive: lists, plans, fetches, and says what there is
// not. Blocking, on the caller's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "acts/base/result.hpp"

#include "history/archive/archive_layout.hpp"
#include "history/archive/download_plan.hpp"
#include "history/archive/download_queue.hpp"
#include "history/archive/local_archive.hpp"
#include "history/archive/transfers.hpp"

namespace acts::history::archive {

// Where the archive is: files below `files`, listings at `listing` with a query. Both without a final "/".
struct ArchiveAddress {
  std::string files = "https://data.binance.vision";
  std::string listing = "https://s3-ap-northeast-1.amazonaws.com/data.binance.vision";
};
// Of an archive at that URL: a mirror lists where its files are, the exchange's own elsewhere.
ArchiveAddress address_at(std::string url);

struct DownloadRequest {
  Market market = Market::kSpot;
  std::string data_set;
  std::vector<std::string> symbols;  // names or patterns (* ? [A-Z]); those of names come as they are
  std::string interval = {};
  std::optional<Day> from = {};  // none: the first there is
  std::optional<Day> to = {};    // not included; none: behind the last there is
  bool tail = false;             // and by REST what is not published yet, up to `to` or now (tail_download.hpp)
};

struct DownloadOptions {
  std::string data_dir;
  ArchiveAddress address = {};
  TransferOptions transfers = {};
  QueueOptions queue = {};
  std::string rest_url = {};  // of the venue's REST interface, without a final "/"; for a tail
  bool dry_run = false;       // lists and plans only
};

// Of one symbol.
struct SeriesReport {
  Series series;
  std::vector<WantedFile> files;      // as planned, with what was on the disk
  std::vector<FileState> states;      // of each; all kWaiting in a dry run, but those that are there
  std::vector<std::string> problems;  // one line each, of those that failed
  std::vector<Day> missing;           // of which the archive has nothing, behind its first
  std::optional<Day> begin = {};      // the archive's first, if days in front of it were asked for:
  std::int64_t before_begin = 0;      // this many
  std::optional<Day> unpublished_from = {};
  std::int64_t unpublished = 0;              // days from then on
  std::uint64_t tail_rows = 0;               // that came by REST
  std::uint64_t tail_days = 0;               // of which there is a file then
  std::vector<std::string> tail_holes = {};  // one line each: what is missing in them, or in front

  // Behind the last day of which a file is there or may be had; nothing: there is none.
  [[nodiscard]] std::optional<Day> end_of_files() const;
  // Of the missing days those from then on are none that the archive lacks.
  void call_unpublished(Day from);
};

struct DownloadReport {
  std::vector<SeriesReport> series;
  std::uint64_t bytes = 0;  // received
  std::uint64_t retries = 0;

  [[nodiscard]] std::uint64_t count(FileState state) const;
};

// While it goes on.
struct DownloadProgress {
  std::size_t files = 0;  // to be fetched or checked
  std::size_t done = 0;
  std::uint64_t bytes = 0;      // of those that are done, and of what has come of others
  std::uint64_t all_bytes = 0;  // as listed; 0: not known
};

struct DownloadHooks {
  std::function<void(const DownloadProgress&)> progress;  // some times a second
  std::function<void(const std::string&)> warn;           // one line
  std::function<bool()> stop;                             // asked as often
  std::function<UnixNanos()> now;                         // never steps back
};

// Files that failed are in the report. Errors: kUsage (a series the archive cannot have, a pattern without a symbol, a
// symbol of which it has nothing), kRetry (the archive cannot be listed), kStorage, kCancelled (`stop`).
Result<DownloadReport> download(const DownloadRequest& request, const DownloadOptions& options,
                                const DownloadHooks& hooks);

}  // namespace acts::history::archive
