#include "history/certificate_chain.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>

#include "history/canonical_json.hpp"
#include "history/signature.hpp"
#include "recording/byte_source.hpp"
#include "recording/file_ops.hpp"

namespace acts::history {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// 1,440 ranges of minutes and GapTrace::kMostGaps gaps take a tenth of it.
constexpr std::size_t kMaxCertificateBytes = std::size_t{64} << 20;

std::string sum_path(const std::string& path) { return path + ".sha256"; }
std::string signature_path(const std::string& path) { return path + ".sig"; }

// "<64 digits>  <name>\n".
std::string sum_line(const std::string& path, std::string_view bytes) {
  return fmt::format("{}  {}\n", sha256_of(bytes), fs::path(path).filename().string());
}

Result<std::string> read_file(const std::string& path) {
  auto source = open_file(path);
  if (!source) return std::unexpected(source.error());
  std::string bytes;
  std::vector<char> buffer(std::size_t{64} << 10);
  for (;;) {
    const auto count = (*source)->read(buffer);
    if (!count) return fail(ErrorCode::kStorage, fmt::format("{}: {}", path, count.error().message));
    if (*count == 0) return bytes;
    bytes.append(buffer.data(), *count);
    if (bytes.size() > kMaxCertificateBytes) return fail(ErrorCode::kBadInput, fmt::format("{}: is too large", path));
  }
}

// In place of what is there. Nothing of it is there before all of it is on the disk.
Result<void> write_file(const std::string& path, std::string_view bytes) {
  FileOps& ops = real_file_ops();
  const auto failed = [&path](std::int64_t status) {
    return fail(ErrorCode::kStorage,
                fmt::format("{} cannot be written: {}", path, std::strerror(static_cast<int>(-status))));
  };
  const std::string folder = fs::path(path).parent_path().string();
  if (const int made = ops.make_directories(folder); made < 0) return failed(made);
  const std::string part = path + ".part";
  ops.remove(part);
  const int fd = ops.create(part);
  if (fd < 0) return failed(fd);
  std::int64_t status = 0;
  for (std::size_t written = 0; status >= 0 && written < bytes.size();) {
    status = ops.write_at(fd, bytes.substr(written), written);
    if (status > 0) written += static_cast<std::size_t>(status);
  }
  if (status >= 0) status = ops.sync(fd);
  const int closed = ops.close(fd);
  if (status >= 0) status = closed;
  if (status < 0) return failed(status);
  if (const int removed = ops.remove(path); removed < 0 && removed != -ENOENT) return failed(removed);
  if (const int renamed = ops.rename(part, path); renamed < 0) return failed(renamed);
  const int kept = ops.sync_directory(folder);
  return kept < 0 ? failed(kept) : Result<void>();
}

CertificateKey day_before(CertificateKey key) {
  key.day = key.day - kDay;
  return key;
}

constexpr std::int64_t kMinutesOfDay = kDay / std::chrono::minutes{1};

json parse(std::string_view bytes) { return json::parse(bytes, nullptr, false); }

bool is_partial(const json& document) {
  const auto told = document.is_object() ? document.find("partial") : document.end();
  return document.is_object() && told != document.end() && told->is_boolean() && told->get<bool>();
}

// Of that day's file; nothing if there is none.
Result<std::optional<std::string>> previous_sum(const std::string& data_dir, const CertificateKey& key) {
  const std::string path = certificate_path(data_dir, day_before(key));
  if (!fs::exists(path)) return std::nullopt;
  const auto bytes = read_file(path);
  if (!bytes) return std::unexpected(bytes.error());
  if (is_partial(parse(*bytes))) {
    return fail(ErrorCode::kUsage, fmt::format("{}: is partial: make it whole first", path));
  }
  return sha256_of(*bytes);
}

Result<std::string> make_document(const std::string& data_dir, const MakeCertificate& what, UnixNanos now) {
  const CertificateKey& key = what.key;
  if (!what.is_partial && now < key.day + kDay) {
    return fail(ErrorCode::kUsage,
                fmt::format("{} is not over: --partial makes a certificate of what there is", key.date()));
  }
  const auto previous = previous_sum(data_dir, key);
  if (!previous) return std::unexpected(previous.error());
  const auto recording = day_recording(data_dir, key.venue, key.symbol, key.day);
  if (!recording) return std::unexpected(recording.error());
  if (!what.is_partial && !recording->is_sealed) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: an open log of {} is not sealed yet: the next 'acts collect' does, --partial does "
                            "without it",
                            key.date(), to_string(key.venue)));
  }
  const auto rows = day_rows(data_dir, key.venue, key.symbol, key.day);
  if (!rows) return std::unexpected(rows.error());
  // The next start makes the rows of the minutes before it, a day back at most.
  const bool may_grow = now < key.day + 2 * kDay && rows->present < kMinutesOfDay && !rows->has_later;
  if (!what.is_partial && may_grow) {
    return fail(
        ErrorCode::kUsage,
        fmt::format("{} {}: no row after {} is there yet, so minutes of it may still come: the next 'acts collect' "
                    "makes them, --partial does without",
                    to_string(key.venue), key.symbol, key.date()));
  }
  if (recording->segments.empty() && rows->present == 0) {
    return fail(ErrorCode::kUsage,
                fmt::format("{} {}: nothing of {} is in {}", to_string(key.venue), key.symbol, key.date(), data_dir));
  }
  return canonical_json(certificate_document(key, *recording, *rows, what.is_partial, *previous));
}

// One certificate of the chain, by itself.
struct Link {
  std::string bytes;
  json document;
};

class Check {
 public:
  Check(const std::string& data_dir, const CheckCertificate& what) : data_dir_(data_dir), what_(what) {}

  Result<CertificateCheck> run() {
    CertificateKey key = what_.key;
    auto link = look_at(key);
    if (!link) return std::unexpected(link.error());
    if (auto compared = compare(*link); !compared) return std::unexpected(std::move(compared.error()));
    while (!what_.from || key.day > *what_.from) {
      const std::string path = certificate_path(data_dir_, key);
      const json previous = link->document.is_object() ? link->document.value("previous", json()) : json();
      const CertificateKey before = day_before(key);
      const bool is_there = fs::exists(certificate_path(data_dir_, before));
      if (!previous.is_string()) {
        if (is_there) note(path, "begins a chain, and there is a certificate of the day before");
        break;
      }
      if (!is_there) {
        note(path, fmt::format("the certificate of {} is gone", before.date()));
        break;
      }
      key = before;
      link = look_at(key);
      if (!link) return std::unexpected(link.error());
      if (sha256_of(link->bytes) != previous.get_ref<const std::string&>()) {
        note(path, fmt::format("the certificate of {} is not the one that was there then", before.date()));
      }
    }
    return std::move(check_);
  }

 private:
  void note(const std::string& path, const std::string& problem) {
    check_.problems.push_back(fmt::format("{}: {}", path, problem));
  }

  Result<Link> look_at(const CertificateKey& key) {
    const std::string path = certificate_path(data_dir_, key);
    auto bytes = read_file(path);
    if (!bytes) return std::unexpected(bytes.error());
    ++check_.days;
    Link link{*std::move(bytes), {}};
    link.document = parse(link.bytes);
    const auto form = canonical_json(link.document);
    if (!form || *form != link.bytes) note(path, "is not in the canonical form: it was edited");
    const auto sum = read_file(sum_path(path));
    if (!sum || *sum != sum_line(path, link.bytes)) note(sum_path(path), "is not the SHA-256 of the certificate");
    if (auto done = check_signature(path, link.bytes); !done) return std::unexpected(std::move(done.error()));
    return link;
  }

  Result<void> check_signature(const std::string& path, const std::string& bytes) {
    if (what_.public_key.empty()) return {};
    const auto signature = read_file(signature_path(path));
    if (!signature) {
      note(signature_path(path), "cannot be read: it is not signed");
      return {};
    }
    const auto is_good = is_signature(*signature, bytes, what_.public_key);
    if (!is_good) return std::unexpected(is_good.error());
    if (!*is_good) note(signature_path(path), "is not the signature of the certificate by this key");
    return {};
  }

  // The day anew, with the columns that rows had then.
  Result<void> compare(const Link& link) {
    const CertificateKey& key = what_.key;
    const std::string path = certificate_path(data_dir_, key);
    if (!link.document.is_object()) return {};
    const auto recording = day_recording(data_dir_, key.venue, key.symbol, key.day);
    if (!recording) return std::unexpected(recording.error());
    const auto rows = day_rows(data_dir_, key.venue, key.symbol, key.day, columns_of(link.document));
    if (!rows) return std::unexpected(rows.error());
    const json previous = link.document.value("previous", json());
    const auto sum = previous.is_string() ? std::optional(previous.get<std::string>()) : std::nullopt;
    const json is = certificate_document(key, *recording, *rows, is_partial(link.document), sum);
    for (const std::string& difference : differences(link.document, is)) note(path, difference);
    return {};
  }
  static std::vector<std::string> columns_of(const json& document) {
    std::vector<std::string> columns;
    const json rows = document.value("rows", json());
    const json names = rows.is_object() ? rows.value("columns", json()) : json();
    if (!names.is_array()) return columns;
    for (const json& name : names) {
      if (name.is_string()) columns.push_back(name.get<std::string>());
    }
    return columns;
  }

  const std::string& data_dir_;
  const CheckCertificate& what_;
  CertificateCheck check_;
};

}  // namespace

std::string certificate_path(const std::string& data_dir, const CertificateKey& key) {
  const fs::path folder = fs::path(data_dir) / "certificates" / to_string(key.venue) / key.symbol;
  return (folder / fmt::format("{}.json", key.date())).string();
}

Result<std::string> make_certificate(const std::string& data_dir, const MakeCertificate& what, UnixNanos now) {
  std::string path = certificate_path(data_dir, what.key);
  const auto bytes = make_document(data_dir, what, now);
  if (!bytes) return std::unexpected(bytes.error());
  if (const auto there = read_file(path); there && *there != *bytes && !is_partial(parse(*there))) {
    return fail(ErrorCode::kUsage,
                fmt::format("{}: is there, and says something else: 'acts certificate check' tells what", path));
  }
  std::string signature;
  if (!what.private_key.empty()) {
    auto made = sign(*bytes, what.private_key);
    if (!made) return std::unexpected(std::move(made.error()));
    signature = *std::move(made);
    if (auto written = write_file(signature_path(path), signature); !written) return std::unexpected(written.error());
  }
  if (auto written = write_file(sum_path(path), sum_line(path, *bytes)); !written) {
    return std::unexpected(written.error());
  }
  if (auto written = write_file(path, *bytes); !written) return std::unexpected(written.error());
  return path;
}

Result<CertificateCheck> check_certificate(const std::string& data_dir, const CheckCertificate& what) {
  return Check(data_dir, what).run();
}

}  // namespace acts::history
