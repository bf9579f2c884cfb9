#include "cli/doctor.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

#include "cli/command.hpp"
#include "live/cooldown_file.hpp"
#include "net/ca_file.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

std::string in_mebibytes(std::uint64_t bytes) { return fmt::format("{} MiB", bytes / kMebibyte); }

// The directory itself, or the nearest above it that is there.
fs::path nearest_existing(const fs::path& directory) {
  std::error_code error;
  fs::path path = fs::absolute(directory, error).lexically_normal();
  while (!path.empty() && path != path.root_path() && !fs::exists(path, error)) path = path.parent_path();
  return path;
}

// Permissions do not tell all: /proc, a read-only file system. 0, or errno.
int try_to_make_directory(const fs::path& where) {
  std::string name = (where / ".acts-doctor-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return errno;
  ::rmdir(name.c_str());
  return 0;
}

// Permission alone can be given: what refuses its owner, such as /proc, refuses everybody.
std::string remedy_of_refusal(int refused, const fs::path& directory) {
  if (::getuid() == 0 || (refused != EACCES && refused != EPERM)) return "give another with --data-dir";
  return fmt::format("let this user write there (chown {} {}), or give another with --data-dir", ::getuid(),
                     directory.string());
}

}  // namespace

std::string to_line(const Finding& finding) {
  const std::string_view verdict = finding.verdict == Verdict::kGood      ? "good"
                                   : finding.verdict == Verdict::kWarning ? "warn"
                                                                          : "bad";
  std::string line = fmt::format("{:<5} {}: {}", verdict, finding.topic, finding.text);
  if (!finding.remedy.empty()) line += "; " + finding.remedy;
  std::ranges::replace(line, '\n', ' ');
  return line + "\n";
}

int exit_code_of(std::span<const Finding> findings) {
  int code = kExitDone;
  for (const Finding& finding : findings) {
    if (finding.verdict == Verdict::kBad) code = std::max(code, finding.exit_code);
  }
  return code;
}

Finding judge_settings(const CollectSettings& settings) {
  const std::size_t symbols = settings.symbols.size();
  if (symbols == 0) {
    return {Verdict::kWarning, "configuration", fmt::format("no symbol to collect, data in {}", settings.data_dir),
            "name some behind 'acts collect', or set symbols in acts.toml"};
  }
  return {Verdict::kGood, "configuration",
          fmt::format("{} symbol{}, data in {}", symbols, symbols == 1 ? "" : "s", settings.data_dir)};
}

std::vector<Finding> check_data_dir(const std::string& data_dir) {
  const fs::path directory = nearest_existing(data_dir);
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    return {{Verdict::kBad, "data directory", fmt::format("{} is not a directory", directory.string()),
             "move it away, or give another with --data-dir", kExitStorage}};
  }
  if (const int refused = try_to_make_directory(directory); refused != 0) {
    return {{Verdict::kBad, "data directory", fmt::format("{}: {}", directory.string(), std::strerror(refused)),
             remedy_of_refusal(refused, directory), kExitStorage}};
  }
  std::vector<Finding> findings;
  const bool is_there = directory == fs::absolute(data_dir, error).lexically_normal() || fs::exists(data_dir, error);
  findings.push_back({Verdict::kGood, "data directory",
                      is_there ? fmt::format("{} can be written", data_dir)
                               : fmt::format("{} is not there yet and can be made", data_dir)});
  struct statvfs space{};
  if (::statvfs(directory.c_str(), &space) != 0) {
    findings.push_back(
        {Verdict::kWarning, "disk", fmt::format("{}: {}", directory.string(), std::strerror(errno)), "look with df"});
  } else {
    findings.push_back(judge_free_space(std::uint64_t{space.f_bavail} * space.f_frsize, directory.string()));
  }
  return findings;
}

Finding judge_free_space(std::uint64_t free_bytes, const std::string& directory) {
  std::string text = fmt::format("{} free in {}", in_mebibytes(free_bytes), directory);
  if (free_bytes < kLeastFreeBytes) {
    return {Verdict::kBad, "disk", std::move(text),
            fmt::format("make room: rows cannot be stored when it is full; {} is little, {} for recordings",
                        in_mebibytes(kLeastFreeBytes), in_mebibytes(kEnoughFreeBytes)),
            kExitStorage};
  }
  if (free_bytes < kEnoughFreeBytes) {
    return {Verdict::kWarning, "disk", std::move(text), "enough for rows, soon too little for recordings"};
  }
  return {Verdict::kGood, "disk", std::move(text)};
}

Finding check_store(const std::string& data_dir) {
  const fs::path file = fs::path(data_dir) / "acts.db";
  std::error_code error;
  if (!fs::exists(file, error)) return {Verdict::kGood, "store", fmt::format("{} is not there yet", file.string())};
  const auto store = SqliteStore::open_to_read(file.string());
  if (!store) {
    return {Verdict::kBad, "store", store.error().message,
            "restore it, or move it away: the collector then makes a new one", kExitStorage};
  }
  return {Verdict::kGood, "store",
          fmt::format("{} opens, with {} columns", file.string(), (*store)->schema().columns.size())};
}

Finding check_open_files(std::size_t symbols, const CollectSettings& settings) {
  // Sockets, the store's files and recording, with room for as many metrics readers; log files are one a symbol.
  const std::size_t needed = 256 + (settings.log.per_symbol ? symbols : 0);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return {Verdict::kWarning, "open files", std::strerror(errno), "look with ulimit -n"};
  }
  if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < needed) {
    return {Verdict::kBad, "open files", fmt::format("the limit is {}, up to {} are needed", limit.rlim_cur, needed),
            fmt::format("raise it: ulimit -n {}", needed), kExitUsage};
  }
  return {Verdict::kGood, "open files", fmt::format("the limit is {}, up to {} are needed", limit.rlim_cur, needed)};
}

Finding check_certificates(const std::string& ca_file) {
  if (ca_file.empty()) return {Verdict::kGood, "certificates", "the system's authorities are trusted"};
  if (const Result<void> checked = check_ca_file(ca_file); !checked)
    return {Verdict::kBad, "certificates", checked.error().message, "correct ca_file", kExitUsage};
  return {Verdict::kGood, "certificates", fmt::format("{} can be read", ca_file)};
}

Finding judge_clock(Venue venue, UnixNanos server, UnixNanos sent, UnixNanos received) {
  // The venue read its clock somewhere between; half of that time is the uncertainty.
  const Nanos uncertainty = (received - sent) / 2;
  const Nanos offset = (sent + uncertainty) - server;
  const Nanos size = offset < Nanos{0} ? -offset : offset;
  const auto millis = [](Nanos span) { return span / std::chrono::milliseconds{1}; };
  std::string text = fmt::format("{} ms {} {}'s, give or take {} ms", millis(size),
                                 offset < Nanos{0} ? "behind" : "ahead of", to_string(venue), millis(uncertainty));
  if (size <= kMaxGoodOffset + uncertainty) return {Verdict::kGood, "clock", std::move(text)};
  const std::string remedy = "keep it right with chrony or systemd-timesyncd: timedatectl set-ntp true";
  if (size <= kMaxBearableOffset) return {Verdict::kWarning, "clock", std::move(text), remedy};
  return {Verdict::kBad, "clock", std::move(text), "minute rows would be of other minutes; " + remedy, kExitUsage};
}

std::optional<Finding> find_cooldown(const std::string& data_dir, Venue venue,
                                     std::optional<collector::Cooldown::Scope> scope, UnixNanos now) {
  const std::vector<collector::Cooldown> earlier = read_cooldowns(data_dir, venue).cooldowns;
  const auto longest = collector::longest_left(earlier, scope, now);
  if (!longest) return std::nullopt;
  return Finding{
      Verdict::kWarning, "network",
      fmt::format("{} is not asked: it has {} an earlier run until {}", to_string(venue),
                  longest->left.banned ? "banned" : "refused", to_iso8601(longest->left.until)),
      fmt::format("wait; if this machine has another address since, remove {}", cooldown_directory(data_dir, venue))};
}

std::vector<Finding> check_cooldowns(const std::string& data_dir, std::vector<Venue>& venues, UnixNanos now) {
  std::vector<Finding> findings;
  std::erase_if(venues, [&](Venue venue) {
    const std::optional<Finding> found = find_cooldown(data_dir, venue, std::nullopt, now);
    if (found) findings.push_back(*found);
    return found.has_value();
  });
  return findings;
}

}  // namespace acts::cli
