-- Which hosts a user's groups may read, none that one of them is denied.
CREATE VIEW readable_hosts AS
SELECT g.userid, h.hostid
FROM users_groups g
JOIN rights r ON r.groupid = g.usrgrpid
JOIN hosts_groups h ON h.groupid = r.id
GROUP BY g.userid, h.hostid
HAVING min(r.permission) > 0;

-- Problems of triggers all of whose hosts the user may read.
CREATE VIEW open_problems AS
SELECT DISTINCT u.userid, p.eventid, p.name, p.severity, to_timestamp(p.clock) AS since, p.acknowledged
FROM problem p
JOIN functions f ON f.triggerid = p.objectid
JOIN items i ON i.itemid = f.itemid
JOIN readable_hosts u ON u.hostid = i.hostid
WHERE p.source = 0 AND p.object = 0 AND p.r_eventid IS NULL AND NOT EXISTS (
    SELECT FROM functions o JOIN items n ON n.itemid = o.itemid
    WHERE o.triggerid = p.objectid AND NOT EXISTS (
        SELECT FROM readable_hosts w WHERE w.userid = u.userid AND w.hostid = n.hostid));

-- Reading only. Give it a password of your own: ALTER ROLE zabbix_reader PASSWORD '…'
CREATE ROLE zabbix_reader LOGIN;
GRANT SELECT ON users, role, media, readable_hosts, open_problems, hosts, items, history, history_uint, trends,
    trends_uint, dashboard, dashboard_page, widget, sysmaps TO zabbix_reader;
