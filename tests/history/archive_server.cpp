#include "history/archive_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "acts/base/assert.hpp"

#include "history/signature.hpp"
#include "net/url.hpp"

namespace acts::testing {
namespace {

// Of "?delimiter=/&prefix=data/&marker=x".
std::string parameter(std::string_view target, std::string_view name) {
  const std::string key = fmt::format("{}=", name);
  for (std::size_t at = target.find('?'); at != std::string_view::npos; at = target.find('&', at)) {
    ++at;
    if (!target.substr(at).starts_with(key)) continue;
    const std::string_view value = target.substr(at + key.size());
    return std::string(value.substr(0, value.find('&')));
  }
  return "";
}

void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

ArchiveServer::ArchiveServer(std::size_t page) : page_(page) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ACTS_ASSERT(::bind(listener_, generic, size) == 0 && ::listen(listener_, 64) == 0 &&
              ::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ArchiveServer::~ArchiveServer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    for (const int connection : open_) ::shutdown(connection, SHUT_RDWR);
  }
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

std::string ArchiveServer::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

void ArchiveServer::publish(const std::string& path, std::string content, bool checksum_newline) {
  const std::scoped_lock lock(mutex_);
  const std::string name = path.substr(path.rfind('/') + 1);
  File& sum = files_[path + ".CHECKSUM"];
  sum.content = fmt::format("{}  {}{}", history::sha256_of(content), name, checksum_newline ? "\n" : "");
  ++sum.version;
  File& file = files_[path];
  file.content = std::move(content);
  ++file.version;
}

void ArchiveServer::set_fault(Fault fault) {
  const std::scoped_lock lock(mutex_);
  fault_ = std::move(fault);
}

std::map<std::string, std::size_t> ArchiveServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::uint64_t ArchiveServer::body_bytes() const {
  const std::scoped_lock lock(mutex_);
  return body_bytes_;
}

void ArchiveServer::accept_all() {
  for (;;) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    const std::scoped_lock lock(mutex_);
    if (stopping_ || connection < 0) {
      if (connection >= 0) ::close(connection);
      return;
    }
    open_.push_back(connection);
    threads_.emplace_back([this, connection] { serve(connection); });
  }
}

void ArchiveServer::serve(int connection) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1) head += byte;
  ArchiveRequest request;
  const std::size_t begin = head.find(' ') + 1;
  if (const std::size_t range = head.find("Range: bytes="); range != std::string::npos) {
    request.offset = std::stoull(head.substr(range + 13));
  }
  request.target = percent_decode(head.substr(begin, head.find(' ', begin) - begin)).value_or("");
  if (request.target.starts_with('/')) {  // else the client has gone
    const ArchiveReply reply = answer(request);
    send(connection, reply, reply.status == 206 ? request.offset : 0);
  }
  const std::scoped_lock lock(mutex_);
  std::erase(open_, connection);
  ::close(connection);
}

ArchiveReply ArchiveServer::answer(const ArchiveRequest& asked) {
  const std::scoped_lock lock(mutex_);
  ArchiveRequest request = asked;
  request.times = requests_[request.target]++;
  if (fault_) {
    if (auto reply = fault_(request)) return *reply;
  }
  if (request.target.starts_with("/?")) return {.body = listing(request.target)};
  const auto file = files_.find(request.target.substr(1));
  if (file == files_.end()) return {.status = 404, .body = "<Error><Code>NoSuchKey</Code></Error>"};
  if (request.offset == 0) return {.body = file->second.content};
  if (request.offset >= file->second.content.size()) return {.status = 416};
  return {.status = 206, .body = file->second.content};
}

std::string ArchiveServer::listing(const std::string& target) const {
  const std::string prefix = parameter(target, "prefix");
  const std::string marker = parameter(target, "marker");
  std::string contents;
  std::set<std::string> folders;
  std::size_t count = 0;
  std::string last;
  bool is_truncated = false;
  for (const auto& [key, file] : files_) {
    if (!key.starts_with(prefix)) continue;
    const std::size_t slash = key.find('/', prefix.size());
    const std::string name = slash == std::string::npos ? key : key.substr(0, slash + 1);
    if (name <= marker || folders.contains(name)) continue;
    if (count == page_) {
      is_truncated = true;
      break;
    }
    ++count;
    last = name;
    if (slash != std::string::npos) {
      folders.insert(name);
    } else {
      contents += fmt::format(
          "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:0{}.000Z</LastModified><ETag>&quot;{}&quot;</ETag>"
          "<Size>{}</Size></Contents>",
          key, file.version, file.version, file.content.size());
    }
  }
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Name>data.binance.vision</Name><Prefix>{}</Prefix><IsTruncated>{}</IsTruncated>",
      prefix, is_truncated);
  if (is_truncated) xml += fmt::format("<NextMarker>{}</NextMarker>", last);
  xml += contents;
  for (const std::string& folder : folders) {
    xml += fmt::format("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", folder);
  }
  return xml + "</ListBucketResult>";
}

void ArchiveServer::send(int connection, const ArchiveReply& reply, std::uint64_t offset) {
  const std::string body = reply.body.substr(std::min<std::uint64_t>(offset, reply.body.size()));
  send_all(connection, fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n", reply.status,
                                   body.size(), reply.headers));
  const std::string_view sent = std::string_view(body).substr(0, reply.cut_after.value_or(body.size()));
  {
    const std::scoped_lock lock(mutex_);
    body_bytes_ += sent.size();
  }
  if (!reply.is_slow) return send_all(connection, sent);
  for (const char c : sent) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
    }
    send_all(connection, {&c, 1});
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

}  // namespace acts::testing
